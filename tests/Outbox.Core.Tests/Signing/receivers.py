"""Receivers that do what the vendors' published Python examples do, each in our own words.

Reads a JSON array of requests from standard input: {receiver, headers, body (base64), secret, now}.
Prints a JSON array of {accepted, why}.
"""

import base64
import hashlib
import hmac
import json
import sys


def hex_hmac(secret, signed):
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def talkifai(request):
    return hmac.compare_digest("sha256=" + hex_hmac(request["secret"], request["raw"]), request["headers"]["x-talkifai-signature"])


def huskyvoice(request):
    text = request["raw"].decode()  # the published example takes the body as text
    return hmac.compare_digest(request["headers"]["x-husky-signature"], hex_hmac(request["secret"], text.encode()))


def truedy(request):
    seconds = request["headers"]["x-truedy-timestamp"]
    signed = seconds.encode() + b"." + request["raw"]
    return request["now"] - int(seconds) <= 300 and hmac.compare_digest(
        request["headers"]["x-truedy-signature"], hex_hmac(request["secret"], signed)
    )


RECEIVERS = {"talkifai python": talkifai, "huskyvoice python": huskyvoice, "truedy python": truedy}


def run(request):
    try:
        raw = base64.b64decode(request["body"])
        return {"accepted": RECEIVERS[request["receiver"]]({**request, "raw": raw}), "why": ""}
    except Exception as error:  # a receiver that fails has refused
        return {"accepted": False, "why": repr(error)}


json.dump([run(request) for request in json.load(sys.stdin)], sys.stdout)
