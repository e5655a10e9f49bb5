"""What `check.sh` runs once all is built:  check.py WORK COUNT"""

import json
import os
import signal
import subprocess
import sys
import time

import pyarrow.dataset as dataset

WORK, COUNT = sys.argv[1], int(sys.argv[2])
HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.dirname(sys.executable)
POISON = COUNT // 3


def corpus(name, *options):
    command = [sys.executable, f"{HERE}/corpus.py", f"{WORK}/{name}", str(COUNT), "--files", "8"]
    subprocess.run([*command, *options], check=True)
    return f"{WORK}/{name}"


def one_machine(source):
    """The record of each article as `onrecord analyze` writes it."""
    with open(f"{WORK}/articles.jsonl", "w") as lines:
        for batch in dataset.dataset(source).to_batches():
            lines.writelines(json.dumps(row) + "\n" for row in batch.to_pylist())
    started = time.time()
    command = [f"{WORK}/app/onrecord", "analyze", "--config", f"{WORK}/app/app.toml",
               "--format", "jsonl", f"{WORK}/articles.jsonl"]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.splitlines()
    print(f"one machine: {len(lines)} records in {time.time() - started:.1f} s")
    return {json.loads(line)["id"]: line.decode() for line in lines}


def descendants(of):
    """The processes that come from a process, with their command lines."""
    children = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat, open(f"/proc/{pid}/cmdline") as line:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
                children.setdefault(parent, []).append((int(pid), line.read()))
        except (FileNotFoundError, ProcessLookupError):
            pass
    found, todo = [], [of]
    while todo:
        found += children.get(todo[-1], [])
        todo += [pid for pid, _ in children.get(todo.pop(), [])]
    return found


def spark(source, target, kill=False):
    """The rows that the cluster gives, by id; with an executor killed while both are at work."""
    environment = dict(os.environ, PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP="127.0.0.1")
    command = [f"{BIN}/spark-submit", "--master", "local-cluster[2,1,1536]",
               "--archives", f"{WORK}/app.tgz#app", "--py-files", f"{HERE}/onrecord_spark.py",
               "--conf", "spark.sql.files.maxPartitionBytes=400k", "--conf", "spark.ui.enabled=false",
               "--conf", "spark.sql.files.openCostInBytes=0",
               f"{HERE}/spark_job.py", source, f"{WORK}/{target}", "--config", "app/app.toml"]
    started = time.time()
    with open(f"{WORK}/{target}.log", "w") as log:
        job = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=WORK)
        while kill and job.poll() is None:
            time.sleep(0.2)
            family = descendants(job.pid)
            executors = [pid for pid, line in family if "CoarseGrainedExecutorBackend" in line]
            at_work = [pid for pid, line in family if "\0pipe\0" in line]
            if len(executors) == 2 and len(at_work) >= 2:
                time.sleep(2)
                os.kill(executors[0], signal.SIGKILL)
                print(f"{target}: killed executor {executors[0]} of {executors}")
                kill = None
        code = job.wait()
    if code != 0 or kill:
        with open(f"{WORK}/{target}.log") as log:
            sys.exit(f"{target}: code {code}, {'nothing killed' if kill else ''}\n{log.read()[-6000:]}")
    rows = dataset.dataset(f"{WORK}/{target}", format="parquet").to_table().to_pylist()
    print(f"{target}: {len(rows)} rows in {time.time() - started:.1f} s")
    found = {row["id"]: row for row in rows}
    assert len(rows) == len(found) == COUNT, f"{target}: {len(rows)} rows, {len(found)} ids"
    return found


def equal(found, records, lost=()):
    """Whether all rows are records, byte for byte those of one machine, but for the lost ones."""
    for name, line in records.items():
        row = found[name]
        if name in lost:
            assert row["record"] is None and "SIGABRT" in row["error"], row
            print(f"  {name}: {row['error'][:100]}")
        else:
            assert row["error"] is None and row["record"] == line, f"{name} differs"
    print(f"  equal to one machine: {len(records) - len(lost)} of {COUNT}")


healthy = corpus("healthy")
records = one_machine(healthy)
assert len(records) == COUNT
equal(spark(healthy, "undisturbed"), records)
equal(spark(healthy, "killed", kill=True), records)
equal(spark(corpus("poisoned", "--poison", str(POISON)), "poisoned-records"), records, [f"tide-{POISON}"])
print("all is well")
