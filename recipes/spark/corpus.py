"""Writes short articles about people and places that do not exist:  corpus.py OUT.parquet COUNT

Options that `check.sh` uses: --files N (a folder of so many files), --poison PLACE.
"""

import argparse
import os
import random

import pyarrow as pa
import pyarrow.parquet as pq

PEOPLE = ["Ada Quill", "Tobias Renn", "Marisol Quade", "Ilse Varga", "Jonah Pell", "Petra Solano",
          "Emeka Thorne", "Lin Abara"]
OFFICES = ["Harbour Minister", "Senator", "Mayor", "Commissioner", "opposition leader", "Judge"]
PLACES = ["Port Varen", "the Republic of Varenia", "Eastmark", "Lower Tarn", "Castel Ruy"]
GROUPS = ["the Harbour Ministry", "the Tidal Union", "the Varenian Assembly", "Renn & Daughters"]
MATTERS = ["the sea wall", "the ferry tax", "the fishing quota", "the flood report", "the new bridge"]
SAYINGS = ["will not survive another winter", "is the best thing that has happened to {place}",
           "was hidden from the public for months", "must be voted on before the spring",
           "costs every family in {place} a week's wages", "should have been built years ago"]
SENTENCES = [
    "“{Matter} {saying},” {office} {a} told reporters in {place} on {day}.",
    "{a} said that {matter} {saying}, and accused {b} of “playing politics with the tide.”",
    "According to {b}, {group} had known since {day} that {matter} {saying}.",
    "“I have never seen such carelessness,” said {b}, who leads {group}. “{Matter} {saying}.”",
    "{group} rejected the claim, calling it “a tale for children”.",
    "{b} praised {a} for her patience, but doubted that {matter} {saying}.",
    "Asked about {matter}, {a} replied: “Ask {b}. I was in {place} when it was signed.”",
    "The vote is expected on {day}, two weeks after the storm that closed the harbour of {place}.",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]


def article(random):
    sentences = []
    for _ in range(random.randint(4, 9)):
        a, b = random.sample(PEOPLE, 2)
        place, matter = random.choice(PLACES), random.choice(MATTERS)
        saying = random.choice(SAYINGS).format(place=place)
        sentences.append(random.choice(SENTENCES).format(
            a=a, b=b, office=random.choice(OFFICES), place=place, matter=matter, saying=saying,
            Matter=matter[0].upper() + matter[1:], group=random.choice(GROUPS),
            day=random.choice(DAYS)))
    paragraphs = [" ".join(sentences[at:at + 2]) for at in range(0, len(sentences), 2)]
    text = "\n\n".join(paragraphs)
    return text[0].upper() + text[1:]


parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("count", type=int)
parser.add_argument("--files", type=int, default=1)
parser.add_argument("--poison", type=int)
arguments = parser.parse_args()
random.seed(1887)
rows = [{"id": f"tide-{place}", "text": article(random), "title": f"Tide table {place}"}
        for place in range(arguments.count)]
if arguments.poison is not None:
    rows[arguments.poison]["text"] = "!abort " + rows[arguments.poison]["text"]
os.makedirs(arguments.out, exist_ok=True)
size = -(-len(rows) // arguments.files)
for number in range(arguments.files):
    part = pa.Table.from_pylist(rows[number * size:(number + 1) * size])
    pq.write_table(part, f"{arguments.out}/part-{number:03}.parquet", compression="zstd")
