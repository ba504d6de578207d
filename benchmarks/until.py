"""Waits until a consumer has processed so many messages, and says when.

usage: until.py PORT COUNT [COUNT-BEFORE TIME-BEFORE]
Prints the count and the time in seconds; with those of an earlier call, what has come since and how long
it took. One connection and one series, so that asking 20 times a second costs the consumer little.
"""
import http.client
import sys
import time

SERIES = 'waybill_process_seconds_count{outcome="processed"'
PATH = "/actuator/prometheus?includedNames%5B%5D=waybill_process_seconds"
PATIENCE = 180

port, target = int(sys.argv[1]), int(sys.argv[2])
before = (int(sys.argv[3]), float(sys.argv[4])) if len(sys.argv) > 3 else (0, 0.0)
end = time.monotonic() + PATIENCE
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
count = 0
while True:
    try:
        connection.request("GET", PATH)
        text = connection.getresponse().read().decode()
        count = sum(int(float(line.split()[-1])) for line in text.splitlines() if line.startswith(SERIES))
    except OSError:
        connection.close()  # not up yet
    now = time.monotonic()
    if count >= target:
        break
    if now > end:
        sys.exit(f"Only {count} of {target} were processed within {PATIENCE} s.")
    time.sleep(0.05)
print(count - before[0], f"{now - before[1]:.3f}")
