"""A foreign publisher, as in the tutorials: publish.py PORT VHOST declare|- TEXT [TEXT ...]"""
import sys
import pika

port, vhost, declare, *texts = sys.argv[1:]
connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", int(port), vhost))
channel = connection.channel()
if declare == "declare":
    channel.queue_declare(queue="hello")
for text in texts:
    channel.basic_publish(exchange="", routing_key="hello", body=text)
connection.close()
