"""onrecord inside Apache Spark, or any engine that hands out Arrow record batches.

    df.mapInArrow(analyze_batches, SCHEMA)              # with what `onrecord pipe` does by default
    df.mapInArrow(analyzer(options=["--config", "quotes"], id_column="url"), SCHEMA)

Each task keeps one `onrecord pipe` as a child. When the child dies or hangs it is started again and
its rows are halved until the culprit is alone: that one becomes a row with `error`, no other is lost.
Needs pyarrow and nothing else.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading

import pyarrow as pa

#: What comes out. `record` is JSON, null where `error` is not.
SCHEMA = "id string, record string, error string"
#: The same as the child has it: all batches of a stream must agree.
_ARROW = pa.schema([pa.field("id", pa.string(), nullable=False), ("record", pa.string()),
                    ("error", pa.string())])


def analyzer(options=(), command=None, rows=64, timeout=120.0, id_column="id", text_column="text"):
    """A function from an iterator of record batches to one of record batches with SCHEMA.

    options  what follows `onrecord pipe`, such as ["--config", "quotes", "--no-text"]
    command  the program; else $ONRECORD, `app/onrecord` in the task's folder, `onrecord` in PATH
    rows     how many rows the child gets at once; so many are done again when it dies
    timeout  seconds for so many rows, after which the child counts as hung and is killed
    """
    # One thread, as a task has one core; whoever gives tasks more says so in the options.
    extra = ["--format", "arrow", "--jobs", "1", "--id-column", id_column,
             "--text-column", text_column, *options]

    def analyze(batches):
        child = None
        try:
            for batch in batches:
                starts = range(0, batch.num_rows, rows)
                # A stack: what comes first lies on top.
                work = [(batch.slice(start, rows), 1) for start in reversed(starts)]
                while work:
                    part, tries = work.pop()
                    child = child or _Child([_program(command), "pipe", *extra], part.schema, timeout)
                    try:
                        yield child.ask(part)
                    except _Died as why:
                        child.close()
                        child = None
                        middle = part.num_rows // 2
                        print(f"onrecord: {why}; {part.num_rows} rows were under way",
                              file=sys.stderr, flush=True)
                        if middle:
                            work += [(part.slice(middle), 1), (part.slice(0, middle), 1)]
                        elif tries < 2:
                            work.append((part, tries + 1))
                        else:
                            yield _lost(part, id_column, str(why))
        finally:
            if child:
                child.close()

    return analyze


def analyze_batches(batches):
    """`analyzer()` with nothing said."""
    return analyzer()(batches)


def _program(command):
    beside = os.path.abspath("app/onrecord")
    beside = beside if os.access(beside, os.X_OK) else None
    program = command or os.environ.get("ONRECORD") or beside or shutil.which("onrecord")
    if not program:
        raise FileNotFoundError("no onrecord: not in $ONRECORD, app/onrecord, nor PATH")
    return program


def _lost(part, id_column, why):
    named = part.schema.get_field_index(id_column) >= 0
    ids = [str(part.column(id_column)[0].as_py()) if named else ""]
    return pa.record_batch([ids, [None], [f"lost after 2 tries: {why}"]], schema=_ARROW)


class _Died(Exception):
    """The child ended, or was ended, before it answered."""


class _Child:
    """One `onrecord pipe`."""

    def __init__(self, command, schema, timeout):
        self.timeout, self.hung, self.said = timeout, False, ""
        self.writer = self.reader = None
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe)
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        try:
            # No rows at first: a program that does not start is no fault of a document's.
            self.ask(pa.RecordBatch.from_pylist([], schema=schema))
        except _Died as why:
            self.close()
            raise RuntimeError(f"`{' '.join(command)}` does not start: {why}") from None

    def ask(self, batch):
        """The answer to a batch. It is written whole before the answer is read: no deadlock."""
        timer = threading.Timer(self.timeout, self._kill)
        timer.start()
        try:
            self.writer = self.writer or pa.ipc.new_stream(self.process.stdin, batch.schema)
            self.writer.write_batch(batch)
            self.process.stdin.flush()
            self.reader = self.reader or pa.ipc.open_stream(self.process.stdout)
            answer = self.reader.read_next_batch()
        except (OSError, StopIteration, pa.ArrowException) as error:
            raise _Died(self._reason(error)) from None
        finally:
            timer.cancel()
        if answer.num_rows != batch.num_rows:
            raise _Died(f"it answered {batch.num_rows} rows with {answer.num_rows}")
        return answer

    def close(self):
        """Ends it, by force where it does not end by itself."""
        for end in (self.writer, self.process.stdin):
            try:
                if end:
                    end.close()
            except (OSError, pa.ArrowException):
                pass  # It is dead.
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def _kill(self):
        self.hung = True
        self.process.kill()

    def _listen(self):
        for line in self.process.stderr:
            line = line.decode("utf-8", "replace")
            sys.stderr.write(line)
            self.said = (self.said + line)[-2000:]

    def _reason(self, error):
        try:
            status = self.process.wait(10)
        except subprocess.TimeoutExpired:
            return f"its answer is damaged: {error}"
        self.listener.join(1)
        said = f"; it said last: {self.said.strip()}" if self.said.strip() else ""
        if self.hung:
            return f"no answer within {self.timeout:g} s{said}"
        if status < 0:
            return f"killed by {signal.Signals(-status).name}{said}"
        return f"it ended with code {status}{said}"
