"""The arithmetic of benchmarks/latency.

usage: latency.py quantiles BEFORE AFTER   buckets "le count" of a histogram, before and after a run
       latency.py perf-test LOG            what PerfTest said
       latency.py table FILE               lines "round who p50 p99"
The first two print p50 and p99 in ms.
"""
import re
import statistics
import sys

WARM = 5


def quantile(buckets, share):
    """By the place in its bucket, as Prometheus does it."""
    wanted = share * buckets[-1][1]
    below, fewer = 0.0, 0
    for bound, count in buckets:
        if count >= wanted:
            if bound == float("inf"):
                sys.exit("The latency is beyond the last boundary of the histogram.")
            return below + (bound - below) * (wanted - fewer) / max(count - fewer, 1)
        below, fewer = bound, count


def read(path):
    return {float(bound.replace("+Inf", "inf")): float(count) for bound, count in map(str.split, open(path))}


def quantiles(before, after):
    before, after = read(before), read(after)
    buckets = sorted((bound, count - before.get(bound, 0)) for bound, count in after.items())
    if not buckets or buckets[-1][1] <= 0:
        sys.exit("No message was measured from accepted to processed.")
    print(*(f"{quantile(buckets, share) * 1e3:.3f}" for share in (0.5, 0.99)))


def perf_test(log):
    found = re.findall(r"latency[^\n]*?(\d+)/(\d+)/(\d+)/(\d+)/(\d+) (µs|ms)", open(log, encoding="utf-8").read())
    seconds = [[int(value) / (1e3 if unit == "µs" else 1) for value in values] for *values, unit in found][WARM:]
    if not seconds:
        sys.exit("PerfTest said no latencies.")
    print(*(f"{statistics.median(each[place] for each in seconds):.3f}" for place in (1, 4)))


def quartiles(values):
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


def table(path):
    rounds = {}
    for number, who, *values in map(str.split, open(path)):
        rounds.setdefault(who, {})[number] = [float(value) for value in values]
    print("| ms | p50: median | quartiles | p99: median | quartiles |")
    print("|---|---|---|---|---|")
    for who, name in (("pair", "Waybill, accepted → processed"), ("perf_test", "PerfTest, published → received")):
        cells = []
        for place in (0, 1):
            low, middle, high = quartiles([values[place] for values in rounds[who].values()])
            cells += [f"{middle:.2f}", f"{low:.2f}–{high:.2f}"]
        print(f"| {name} | {' | '.join(cells)} |")
    p50 = quartiles([values[0] for values in rounds["pair"].values()])
    p99 = quartiles([values[1] / rounds["perf_test"][number][1] for number, values in rounds["pair"].items()])
    print("\n| target | median | upper quartile | |\n|---|---|---|---|")
    for what, most, (_, middle, high) in (("p50 ≤ 3 ms", 3, p50), ("p99 ≤ 5 × PerfTest's of the same round", 5, p99)):
        word = "met" if middle <= most and high <= most / 0.95 else "**not met**"
        print(f"| {what} | {middle:.2f} | {high:.2f} | {word} |")


{"quantiles": quantiles, "perf-test": perf_test, "table": table}[sys.argv[1]](*sys.argv[2:])
