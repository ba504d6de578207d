"""Waits until a consumer has processed so many more messages, and says how long that took.

usage: until.py PORT COUNT-BEFORE MORE BEGIN
BEGIN is when it began, by time.monotonic(). Prints how many it were and the seconds. One connection and
one series, so that asking 20 times a second costs the consumer little.
"""
import http.client
import sys
import time

SERIES = 'waybill_process_seconds_count{outcome="processed"'
PATH = "/actuator/prometheus?includedNames%5B%5D=waybill_process_seconds"
PATIENCE = 180

port, before, more, begin = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
while True:
    connection.request("GET", PATH)
    text = connection.getresponse().read().decode()
    count = sum(int(float(line.split()[-1])) for line in text.splitlines() if line.startswith(SERIES)) - before
    took = time.monotonic() - begin
    if count >= more:
        break
    if took > PATIENCE:
        sys.exit(f"Only {count} of {more} were processed within {PATIENCE} s.")
    time.sleep(0.05)
print(count, f"{took:.3f}")
