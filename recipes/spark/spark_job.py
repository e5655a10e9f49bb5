"""Articles in, records out:  spark-submit ... spark_job.py IN OUT [--id-column url] [...]

IN is a folder or file of Parquet, or of JSON Lines (`.jsonl`, `.json`, also compressed). OUT becomes a
folder of Parquet with the columns `id`, `record` (JSON) and `error`. Other options are those of
`onrecord pipe`, such as `--config quotes --no-text`.
"""

import argparse
import re

from pyspark.sql import SparkSession

from onrecord_spark import SCHEMA, analyzer

parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("source")
parser.add_argument("target")
parser.add_argument("--id-column", default="id")
parser.add_argument("--text-column", default="text")
known, options = parser.parse_known_args()

spark = SparkSession.builder.appName("onrecord").getOrCreate()
lines = re.search(r"\.(jsonl|ndjson|json)(\.\w+)?/?$", known.source)
articles = spark.read.json(known.source) if lines else spark.read.parquet(known.source)
analyze = analyzer(options, id_column=known.id_column, text_column=known.text_column)
# zstd: Snappy needs a native library that does not load everywhere.
articles.mapInArrow(analyze, SCHEMA).write.option("compression", "zstd").parquet(known.target)
