"""Writes a fictional corpus as JSON Lines: `corpus.py ARTICLES > news.jsonl`.

The same number gives the same articles. Everybody and everything in them is made up.
"""

import datetime
import json
import random
import sys

PEOPLE = [
    ("Ada Quill", "the harbour minister"), ("Tobias Renn", "who leads the Coastal Union"),
    ("Ilse Marrow", "a retired surveyor"), ("Joren Ault", "a spokesman for the dockworkers’ guild"),
    ("Ansel Brandt", "the president of Ostmark"), ("Mira Solberg", "the mayor of Port Varen"),
    ("Edda Lindqvist", "an economist at the Varen Institute"), ("Pavel Orsk", "the finance minister"),
    ("Nell Harrow", "a member of parliament"), ("Karim Vance", "who owns the northern shipyard"),
]
BODIES = ["the Harbour Ministry", "the Coastal Union", "the Varen Institute", "Ostmark", "the dockworkers’ guild"]
PLANS = ["the repair fund", "the new sea wall", "the ferry strike", "the port tax", "the inspection plan"]
SAID = [
    "“We will not pay for {plan} twice,” {who} said. “{other} should read the report first.”",
    "{who}, {role}, praised {other} for backing {plan}.",
    "{who} accused {other} of hiding the costs of {plan}.",
    "{who} said that {other} had misled parliament about {plan}.",
    "“I support {plan}, and I always have,” {who} told reporters in Port Varen.",
    "{who} criticized {other} and called {plan} a mistake.",
    "{other} “deserves our thanks,” {who} said, “and so does everybody who works on {plan}.”",
    "{who} denied that {plan} would fail, and welcomed the criticism by {other}.",
    "According to {body}, {plan} will be voted on in the spring.",
    "{who} warned that {body} would oppose {plan}.",
    "{who} blamed {other} for the delay of {plan}, an aide to the committee said.",
    "{who} rejected the claim that {body} had ignored {plan}.",
]
HEADS = ["{short} attacks {plan}", "Vote on {plan} put off", "{short} defends {plan}", "Port Varen waits for {plan}"]


def article(number, dice):
    cast = dice.sample(PEOPLE, 4)
    plan = dice.choice(PLANS)
    title = dice.choice(HEADS).format(short=cast[0][0].split()[-1], plan=plan)
    lines = []
    for place in range(dice.randint(5, 9)):
        who, role = cast[place] if place < 2 else dice.choice(cast)
        other = dice.choice([name for name, _ in cast if name != who])
        if place < 2:
            lines.append(f"{who}, {role}, spoke about {plan} on Tuesday.")
        lines.append(dice.choice(SAID).format(who=who, role=role, other=other, plan=plan, body=dice.choice(BODIES)))
    paragraphs = [" ".join(lines[at:at + 3]) for at in range(0, len(lines), 3)]
    text = "\n\n".join([title, *(line[0].upper() + line[1:] for line in paragraphs)])
    day = datetime.date(2031, 1, 1) + datetime.timedelta(days=int(dice.triangular(0, 600, 420)))
    return {"id": f"varen-{number:05}", "text": text, "title": title, "published": day.isoformat(),
            "publisher": dice.choice(["Varen Courier", "Ostmark Post", "Tidewatch"]), "language": "en",
            "url": f"https://courier.example/{number}"}


def main():
    dice = random.Random(7)
    for number in range(1, int(sys.argv[1]) + 1):
        print(json.dumps(article(number, dice), ensure_ascii=False))


if __name__ == "__main__":
    main()
