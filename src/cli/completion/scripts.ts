/** What makes a shell ask the program itself, so that no script is ever older than the flags. */

const bash = `# For bash: source <(lenskeeper completion bash)
_lenskeeper() {
  local line files="" words=""
  while IFS= read -r line; do
    case "$line" in
      :0) files=yes ;;
      :*) ;;
      *) words="$words\${line%%$'\\t'*}"$'\\n' ;;
    esac
  done < <(lenskeeper __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=()
  while IFS= read -r line; do
    [ -n "$line" ] && COMPREPLY+=("$line")
  done <<< "$words"
  if [ -z "$files" ] && type compopt >/dev/null 2>&1; then compopt +o default 2>/dev/null; fi
}
complete -o default -F _lenskeeper lenskeeper
`

const zsh = `#compdef lenskeeper
# For zsh: source <(lenskeeper completion zsh), or this as _lenskeeper in a folder of $fpath
_lenskeeper() {
  local line word files="" ret=1
  local -a described
  # Only the value is offered of what has a = in it.
  local whole="\${words[CURRENT]}"
  while IFS= read -r line; do
    case "$line" in
      :0) files=yes ;;
      :*) ;;
      *$'\\t'*) word="\${line%%$'\\t'*}"; described+=("\${word//:/\\\\:}:\${line#*$'\\t'}") ;;
      *) described+=("\${line//:/\\\\:}") ;;
    esac
  done < <(lenskeeper __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  [[ "$whole" == --*=* ]] && compset -P '*='
  # Whoever offers something and says no makes zsh look on, for what is misspelled.
  (( \${#described} )) && _describe lenskeeper described && ret=0
  [[ -n "$files" ]] && _files && ret=0
  return ret
}
if [[ "$funcstack[1]" == _lenskeeper ]]; then _lenskeeper "$@"; else compdef _lenskeeper lenskeeper; fi
`

const fish = `# For fish: lenskeeper completion fish | source
function __lenskeeper_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l lines (lenskeeper __complete $words[2..] $typed 2>/dev/null)
    # Only the value is offered of what has a = in it.
    set -l flag (string match --regex '^--[^=]+=' -- $typed)
    set -l offered (string match --invert --regex '^:' -- $lines)
    if contains -- :0 $lines
        set --append offered (__fish_complete_path (string replace -- "$flag" '' $typed))
    end
    for line in $offered
        printf '%s\\n' "$flag$line"
    end
end
complete --command lenskeeper --no-files --arguments '(__lenskeeper_complete)'
`

const kubectl = `#!/bin/sh
# For kubectl: this as kubectl_complete-lenskeeper on the PATH, beside kubectl-lenskeeper
exec kubectl-lenskeeper __complete "$@"
`

export const completionScripts = { bash, zsh, fish, kubectl } as const

export type Shell = keyof typeof completionScripts

export const shells = Object.keys(completionScripts) as readonly Shell[]
