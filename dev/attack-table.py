#!/usr/bin/env python3
"""What honest clients felt of the attacks, as a table.

usage: attack-table.py LOG

LOG is what the attack tests printed, of one round or of several: a line `ATTACK NAME: {...}` for
each attack. A figure is the median of its rounds; the ratio is that of the rounds' ratios.
"""

import json
import re
import statistics
import sys

# Of fewer, the 99th percentile is nothing but the slowest.
QUESTIONS_MIN = 100

# Title, figure and digits behind the point.
COLUMNS = [
    ("p50 ms", "p50_ms_before", 2), ("attacked", "p50_ms_during", 2), ("×", "p50", 2),
    ("p99 ms", "p99_ms_before", 2), ("attacked", "p99_ms_during", 2), ("×", "p99", 2),
    ("asked", "questions_answered", 0), ("MB", "memory_mb_before", 0),
    ("after", "memory_mb_after", 0),
]


def rounds(path):
    """The rounds of each attack that was watched by an honest client, in the order of the log."""
    found = {}
    for line in open(path, errors="replace"):
        match = re.match(r"ATTACK ([^{]+): (\{.*\})$", line.strip())
        if not match:
            continue
        seen = json.loads(match[2])
        if "p99_ms_during" not in seen:
            continue
        for share in "p50", "p99":
            seen[share] = seen[f"{share}_ms_during"] / max(0.01, seen[f"{share}_ms_before"])
        found.setdefault(match[1], []).append(seen)
    return found


def main():
    attacks = rounds(sys.argv[1])
    if not attacks:
        sys.exit("no attack was watched: this is no log of the attack tests")
    count = max(len(seen) for seen in attacks.values())
    print(f"What an honest client felt, in milliseconds, and the head's memory ({count} rounds)\n")
    print("| attack | " + " | ".join(title for title, *_ in COLUMNS) + " |")
    print("| --- |" + " ---: |" * len(COLUMNS))
    for name, seen in attacks.items():
        figures = [
            f"{statistics.median(one[key] for one in seen):.{digits}f}"
            for _, key, digits in COLUMNS]
        print(f"| {name} | " + " | ".join(figures) + " |")
    lasting = [one for one in attacks.values()
               if sum(seen["questions_answered"] for seen in one) >= QUESTIONS_MIN]
    ratios = sorted(statistics.median(seen["p99"] for seen in one) for one in lasting)
    if not ratios:
        return
    print(f"\nOf the {len(ratios)} attacks that lasted for {QUESTIONS_MIN} questions, the 99th "
          f"percentile during one is {statistics.median(ratios):.2f} times that before it in the "
          f"median, and {ratios[-1]:.2f} times in the worst; {sum(one > 2 for one in ratios)} of "
          f"them more than double it.")


if __name__ == "__main__":
    main()
