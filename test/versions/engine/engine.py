"""
The engine of another ClickHouse release, out of a Python package: it answers what
src/dev/clickhouse/engine/json-form.ts asks, a line each, over Node's channel. With --version it prints its own.
"""

import base64
import glob
import importlib.util
import json
import os
import signal
import socket
import sys
import time

# As src/dev/clickhouse/engine/engine.ts has them.
SETTINGS = "fsync_metadata=0&implicit_select=0"
TAKE_OVER_SECONDS = 10
VIEW = "_as_user"
QUOTE = "'"
BACKTICK = "`"


def load_library():
    """The extension alone: the package around it wants pandas, and starts an engine as it is imported."""
    [path] = [found for folder in sys.path for found in glob.glob(os.path.join(folder, "chdb", "_chdb*.so"))]
    # Or its operator new is that of a C++ library which somebody else has loaded.
    sys.setdlopenflags(sys.getdlopenflags() | os.RTLD_DEEPBIND)
    spec = importlib.util.spec_from_file_location("_chdb", path)
    library = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(library)
    return library


class Engine:
    """
    One session for all statements, one at a time: the connections of older libraries share theirs. What a statement
    sets is taken back after it.
    """

    def __init__(self, library):
        self._library = library
        self._directory = None
        self._connection = None
        self._facts = None

    def open(self, directory, users_xml):
        if self._directory is None:
            take_over(directory)
            self._directory = directory
        users = os.path.join(directory, "users.xml")
        write(users, users_xml)
        write(
            os.path.join(directory, "config.xml"),
            f"<clickhouse><users_config>{users}</users_config></clickhouse>\n",
        )
        self._reopen()
        self._facts = self._facts or self._learn_facts()
        return self._facts

    def run(self, query):
        keep = False
        try:
            before = self._values_of(query["settings"])
            result = self._run(query)
            keep = not query.get("disposable") and self._put_back(query, before)
            return result
        finally:
            # What failed may hold on to its table: DROP TABLE … SYNC waited for it for ever in 25.8.
            if not keep:
                self._reopen()

    def ask(self, sql):
        columns = json.loads(self._text(sql, "JSONCompactColumns"))
        return columns[0] if columns else []

    def close(self):
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _reopen(self):
        self.close()
        config = os.path.join(self._directory, "config.xml")
        data = os.path.join(self._directory, "data")
        self._connection = self._library.connect(f"{data}?config-file={config}&{SETTINGS}")

    def _run(self, query):
        sql = query["sql"]
        if query.get("database"):
            self._query(f"USE {quoted(query['database'], BACKTICK)}")
        if query.get("definer"):
            definer = quoted(query["definer"], BACKTICK)
            self._query(f"CREATE TEMPORARY VIEW {VIEW} DEFINER = {definer} SQL SECURITY DEFINER AS {sql}")
            sql = f"SELECT * FROM {VIEW}"
        self._set(query["settings"])
        began = time.monotonic()
        result = self._query(sql, query["format"])
        return {
            "body": base64.b64encode(bytes(result.bytes() or b"")).decode(),
            "rowsRead": result.rows_read(),
            "bytesRead": result.bytes_read(),
            "seconds": time.monotonic() - began,
        }

    def _put_back(self, query, before):
        """False where that cannot be done: a session that is read-only stays so."""
        try:
            self._set(before)
            if query.get("definer"):
                self._query(f"DROP VIEW IF EXISTS {VIEW}")
            if query.get("database"):
                self._query("USE default")
            return True
        except Exception:
            return False

    def _values_of(self, names):
        if not names:
            return {}
        values = ", ".join(f"toString(getSetting({quoted(name, QUOTE)}))" for name in names)
        return dict(zip(names, json.loads(self._text(f"SELECT [{values}]", "JSONCompactColumns"))[0][0]))

    def _set(self, settings):
        if settings:
            values = ", ".join(f"{name} = {quoted(value, QUOTE)}" for name, value in settings.items())
            self._query(f"SET {values}")

    def _learn_facts(self):
        version = self._text("SELECT version()").strip()
        return {
            "version": version,
            "settingNames": self._text("SELECT name FROM system.settings").split("\n"),
            # Closed while there is one with a definer, 26.1 ends the process ("Pure virtual function called").
            "hasTemporaryViews": not version.startswith("26.1.") and self._has_temporary_views(),
        }

    def _has_temporary_views(self):
        try:
            self._query(f"CREATE TEMPORARY VIEW {VIEW} AS SELECT 1")
            self._query(f"DROP VIEW {VIEW}")
            return True
        except Exception:
            return False

    def _query(self, sql, output_format="TSVRaw"):
        result = self._connection.query(sql, output_format)
        if result.has_error():
            raise RuntimeError(result.error_message())
        return result

    def _text(self, sql, output_format="TSVRaw"):
        return bytes(self._query(sql, output_format).bytes() or b"").decode()


def quoted(text, quote):
    return quote + text.replace("\\", "\\\\").replace(quote, "\\" + quote) + quote


def write(path, text):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def take_over(directory):
    """Waits until the process that had the directory before has ended. Killed with its parent, it may take a moment."""
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "engine.pid")
    deadline = time.monotonic() + TAKE_OVER_SECONDS
    while is_running(previous_pid(path)) and time.monotonic() < deadline:
        time.sleep(0.01)
    write(path, str(os.getpid()))


def previous_pid(path):
    try:
        with open(path) as file:
            return int(file.read())
    except (OSError, ValueError):
        return 0


def is_running(pid):
    try:
        os.kill(pid, 0)
        return pid > 0 and pid != os.getpid()
    except OSError:
        return False


def answer(engine, question):
    kind = question["type"]
    if kind == "open":
        return engine.open(question["directory"], question["usersXml"])
    if kind == "run":
        return engine.run(question["query"])
    if kind == "ask":
        return engine.ask(question["sql"])
    return engine.close()


def serve(engine):
    # Ctrl-C reaches the whole process group; the parent ends its engines in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    channel = socket.socket(fileno=int(os.environ["NODE_CHANNEL_FD"]))
    channel.setblocking(True)
    with channel.makefile("rb") as lines:
        for line in lines:
            message = json.loads(line)
            try:
                result = {"id": message["id"], "reply": answer(engine, message["question"])}
            except Exception as error:
                result = {"id": message["id"], "failure": str(error)}
            channel.sendall(json.dumps(result).encode() + b"\n")
    # Killed, not closed: closing the engine can hang.
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    library = load_library()
    if sys.argv[1:] == ["--version"]:
        print(library.connect(":memory:").query("SELECT version()", "TSVRaw").bytes().decode().strip())
        sys.stdout.flush()
        os._exit(0)
    serve(Engine(library))
