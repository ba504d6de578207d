"""Makes the table of benchmarks/growth, and says where there is a cliff.

usage: growth.py FILE
A line of the file is: what-grows how-far messages seconds CPU-µs-of-producers consumers broker refused
A cliff is a rate (of sizes: of bytes) under 0.8 of the line before, or a cost that rises faster than what
grows by more than a quarter.
"""
import statistics
import sys

NAMES = {"size": "B a message", "connections": "connections", "pairs": "producers, and as many consumers"}

lines = {}
for what, far, messages, seconds, *micros, refused in map(str.split, open(sys.argv[1])):
    run = [int(messages) / float(seconds), *(int(each) / int(messages) for each in micros), int(refused) / float(seconds)]
    lines.setdefault((what, int(far)), []).append(run)
medians = {key: [statistics.median(column) for column in zip(*runs)] for key, runs in lines.items()}

print("| | messages/s | MB/s | CPU-µs a message: producers | consumers | broker | refused/s | |")
print("|---|---|---|---|---|---|---|---|")
cliffs = 0
for what in NAMES:
    before = None
    for far in sorted(far for kind, far in medians if kind == what):
        rate, *costs, refused = medians[what, far]
        bytes_each = far if what == "size" else 256
        word = ""
        if before:
            # Of sizes it is bytes that flow; of the others messages, and each should cost what it did.
            grown = far / before[0] if what == "size" else 1
            if rate * grown < 0.8 * before[1] or sum(costs) > 1.25 * grown * before[2]:
                word = "**cliff**"
                cliffs += 1
        before = (far, rate, sum(costs))
        print(f"| {far:,} {NAMES[what]} | {rate:,.0f} | {rate * bytes_each / 1e6:.1f} | "
              f"{' | '.join(f'{cost:,.1f}' for cost in costs)} | {refused:,.0f} | {word} |")
print()
print("No cliff." if not cliffs else f"**{cliffs} of the lines are a cliff.**")
