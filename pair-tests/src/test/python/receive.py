"""A foreign consumer, as in the tutorials: receive.py PORT VHOST declare|- COUNT prints each body in hex."""
import sys
import pika

port, vhost, declare, count = sys.argv[1:]
connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", int(port), vhost))
channel = connection.channel()
if declare == "declare":
    channel.queue_declare(queue="hello")
for i, (method, properties, body) in enumerate(channel.consume("hello", inactivity_timeout=20), 1):
    if method is None:
        sys.exit("nothing came")
    print(body.hex(), flush=True)
    channel.basic_ack(method.delivery_tag)
    if i == int(count):
        break
channel.cancel()
connection.close()
