return {resync = {disabled = false}}
