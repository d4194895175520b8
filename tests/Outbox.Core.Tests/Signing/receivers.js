// Receivers that do what the vendors' published Node and n8n examples do, each in our own words. Reads a JSON array of requests from
// standard input: { receiver, headers, body (base64), secret, now }. Prints a JSON array of { accepted, why }.
'use strict';

const crypto = require('node:crypto');

const hexHmac = (secret, ...parts) => parts.reduce((hmac, part) => hmac.update(part), crypto.createHmac('sha256', secret)).digest('hex');
const sameText = (a, b) => crypto.timingSafeEqual(Buffer.from(a), Buffer.from(b));
const sameHex = (a, b) => crypto.timingSafeEqual(Buffer.from(a, 'hex'), Buffer.from(b, 'hex'));

// What a receiver has left when a framework has parsed the body before the verifier sees it.
const printedAgain = (request) => JSON.stringify(JSON.parse(request.raw.toString('utf8')));

// Comma-separated pairs into a dictionary: of two pairs with one name the last one stays.
const pairs = (header) => Object.fromEntries(header.split(',').map((pair) => pair.split('=')));
const fresh = (request, seconds) => Math.abs(request.now - Number(seconds)) <= 300;

function ttma(request, body, same) {
  const { t, v1 } = pairs(request.headers['x-ttma-signature']);
  return fresh(request, t) && same(hexHmac(request.secret, t + '.' + body), v1);
}

const receivers = {
  'ttma express': (request) => ttma(request, request.raw.toString('utf8'), sameHex),
  'ttma n8n': (request) => ttma(request, printedAgain(request), (a, b) => a === b),
  'talkifai node': (request) => sameText('sha256=' + hexHmac(request.secret, request.raw), request.headers['x-talkifai-signature']),
  'topcalls express': (request) => sameText(request.headers['x-topcalls-signature'], hexHmac(request.secret, printedAgain(request))),
  'truedy express': (request) => {
    const seconds = parseInt(request.headers['x-truedy-timestamp'], 10);
    const signed = request.headers['x-truedy-timestamp'] + '.' + request.raw.toString('utf8');
    return !isNaN(seconds) && request.now - seconds <= 300
      && sameHex(hexHmac(request.secret, signed), request.headers['x-truedy-signature']);
  },
  'huskyvoice node': (request) => sameText(request.headers['x-husky-signature'], hexHmac(request.secret, request.raw)),
  'huskyvoice n8n': (request) => sameText(request.headers['x-husky-signature'], hexHmac(request.secret, printedAgain(request))),
  'standard node': (request) => {
    const key = Buffer.from(request.secret.replace('whsec_', ''), 'base64');
    const signed = request.headers['webhook-id'] + '.' + request.headers['webhook-timestamp'] + '.' + request.raw.toString('utf8');
    const expected = crypto.createHmac('sha256', key).update(signed).digest('base64');
    return fresh(request, request.headers['webhook-timestamp'])
      && request.headers['webhook-signature'].split(' ').some((signature) => signature === 'v1,' + expected);
  },
};

function run(request) {
  try {
    return { accepted: receivers[request.receiver]({ ...request, raw: Buffer.from(request.body, 'base64') }), why: '' };
  } catch (error) {
    return { accepted: false, why: String(error) };
  }
}

const requests = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(requests.map(run)));
