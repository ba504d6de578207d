"""Makes the table of benchmarks/run: medians, quartiles, ratios of the same round, and the targets.

usage: table.py FILE
A line of the file is: round contestant messages seconds CPU-µs-of-producer consumer broker
"""
import collections
import statistics
import sys

NAMES = {
    "perf_test": "PerfTest",
    "single": "Waybill, `POST /messages`, 64 connections",
    "batch": "Waybill, `POST /messages/batch`, 100 lines each, 8 connections",
    "drain": "Waybill's consumer draining a backlog",
    "node_peer": "Node: Fastify + amqplib, answers on the confirm, 64 connections",
    "template": "Spring controller, plain template, waits for each confirm, 64 connections",
    "floor": "an endpoint that does nothing (a servlet), 64 connections",
    "management": "the management API's publish, 64 connections",
}
# what, of which, least ratio
TARGETS = [("single", "perf_test", 0.58), ("single", "node_peer", 1.1), ("batch", "perf_test", 0.80),
           ("drain", "perf_test", 2.5)]
# What of a contestant has a process of its own.
COSTS = {"perf_test": (True, False, True), "floor": (True, False, False), "management": (False, True, True)}

rates, costs = collections.defaultdict(dict), collections.defaultdict(list)
for line in open(sys.argv[1]):
    number, name, messages, seconds, *micros = line.split()
    rates[name][number] = int(messages) / float(seconds)
    costs[name].append([int(each) / int(messages) for each in micros])


def quartiles(values):
    values = list(values)
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


def ratios(name, to):
    return quartiles(rates[name][number] / rates[to][number] for number in rates[name] if number in rates[to])


print("| | messages/s: median | quartiles | of PerfTest: median | quartiles | CPU-µs a message: producer | consumer | broker |")
print("|---|---|---|---|---|---|---|---|")
for name in rates:
    low, middle, high = quartiles(rates[name].values())
    r = ratios(name, "perf_test")
    shown = COSTS.get(name, (True, True, True))
    cost = [f"{statistics.median(each):.1f}" if is_shown else "" for each, is_shown in zip(zip(*costs[name]), shown)]
    if name == "perf_test":
        cost[0] += " (both ends)"
    print(f"| {NAMES[name]} | {middle:,.0f} | {low:,.0f}–{high:,.0f} | {r[1]:.2f} | {r[0]:.2f}–{r[2]:.2f} | {' | '.join(cost)} |")
print()
print("| target | median | lower quartile | |")
print("|---|---|---|---|")
for name, to, least in TARGETS:
    low, middle, _ = ratios(name, to)
    word = "met" if middle >= least and low >= 0.95 * least else "**not met**"
    print(f"| {name} ≥ {least:.2f} × {NAMES[to].split(':')[0]} | {middle:.2f} | {low:.2f} | {word} |")
