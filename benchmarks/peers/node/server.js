// What a user might write instead of the producer service. node server.js PORT AMQP-URI
import { randomUUID } from 'node:crypto';
import amqp from 'amqplib';
import fastify from 'fastify';

const [port, uri] = process.argv.slice(2);
const connection = await amqp.connect(uri);
const channel = await connection.createConfirmChannel();
const returned = new Set();
channel.on('return', (message) => returned.add(message.properties.messageId));

const server = fastify();
// The body is passed on untouched, but it must be JSON.
server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
  try {
    JSON.parse(body);
    done(null, body);
  } catch (error) {
    error.statusCode = 400;
    done(error);
  }
});
server.post('/messages', (request, reply) => {
  const messageId = randomUUID();
  const properties = { messageId, contentType: 'application/json', persistent: true, mandatory: true };
  channel.publish('', 'hello', request.body, properties, (error) => {
    reply.code(error || returned.delete(messageId) ? 503 : 202).send({ messageId });
  });
});
await server.listen({ host: '127.0.0.1', port: Number(port) });
