#!/usr/bin/env python3
"""Writes rsa_signature_2048_sha1_derived.json: Wycheproof's families of faults for RSA with SHA-1.

Wycheproof has no file for SHA-1. The signatures here are made with Python's integers from the public
*test key* `kaligo-test-rsa-2048-priv` of gateway.json, by building each padded block by hand; the first
one is compared with `openssl dgst -sha1 -sign`, so that the construction itself has a second witness.

Run it in this folder: python3 make_sha1.py
"""
import base64, hashlib, json, re, subprocess, tempfile

vectors = json.load(open("gateway.json"))
pem = vectors["keys"]["kaligo-test-rsa-2048-priv"]["pem"]
with tempfile.NamedTemporaryFile("w", suffix=".pem") as key:
    key.write(pem)
    key.flush()
    text = subprocess.run(["openssl", "rsa", "-in", key.name, "-noout", "-text"], check=True, capture_output=True, text=True).stdout
    message = b"out_trade_no=A1&total_fee=19.90"
    by_openssl = subprocess.run(["openssl", "dgst", "-sha1", "-sign", key.name], input=message, check=True, capture_output=True).stdout


def number(label):
    return int(re.search(label + r":\s+((?:[0-9a-f]{2}:?\s*)+)", text).group(1).replace(":", "").replace("\n", "").replace(" ", ""), 16)


n, d, size = number("modulus"), number("privateExponent"), 256
digest = hashlib.sha1(message).digest()
OID = bytes.fromhex("06052b0e03021a")
INFO = bytes.fromhex("3021300906052b0e03021a05000414")
assert INFO[4:11] == OID


def block(info, pad=None, head=b"\x00\x01", fill=b"\xff", zero=b"\x00", tail=b""):
    pad = size - len(head) - len(zero) - len(info) - len(tail) if pad is None else pad
    em = head + fill * pad + zero + info + tail
    return em if len(em) == size else em + b"\x00" * (size - len(em))


def sign(em):
    return pow(int.from_bytes(em, "big"), d, n).to_bytes(size, "big")


good = INFO + digest
short = hashlib.sha256(message).digest()
cases = [
    ("valid", "", sign(block(good))),
    ("invalid", "NULL left out", sign(block(bytes.fromhex("301f300706052b0e03021a0414") + digest))),
    ("invalid", "padding of eight bytes, then garbage", sign(block(good, pad=8, tail=b"\xaa" * (size - 11 - len(good))))),
    ("invalid", "no padding, garbage behind", sign(block(good, pad=0, tail=b"\x00" * (size - 3 - len(good))))),
    ("invalid", "one byte behind the hash", sign(block(good, tail=b"\x00"))),
    ("invalid", "block type 2", sign(block(good, head=b"\x00\x02"))),
    ("invalid", "block type 0", sign(block(good, head=b"\x00\x00"))),
    ("invalid", "padding of other bytes", sign(block(good, fill=b"\xfe"))),
    ("invalid", "no zero before the hash", sign(block(good, zero=b"\xff"))),
    ("invalid", "hash without its algorithm", sign(block(digest))),
    ("invalid", "SHA-256 under the name of SHA-1", sign(block(INFO + short[:20]))),
    ("invalid", "SHA-256 as RSA2 signs it", sign(block(bytes.fromhex("3031300d060960864801650304020105000420") + short))),
    ("invalid", "another algorithm's name", sign(block(INFO.replace(OID, bytes.fromhex("06052b0e03021b")) + digest))),
    ("invalid", "BER length of the whole", sign(block(b"\x30\x81" + good[1:]))),
    ("invalid", "BER length of the hash", sign(block(bytes.fromhex("3022300906052b0e03021a0500048114") + digest))),
    ("invalid", "BER indefinite length", sign(block(b"\x30\x80" + good[2:] + b"\x00\x00"))),
    ("invalid", "hash as a constructed string", sign(block(good.replace(b"\x05\x00\x04", b"\x05\x00\x24")))),
    ("invalid", "hash cut by a byte", sign(block(bytes.fromhex("3020300906052b0e03021a05000413") + digest[:19]))),
    ("invalid", "parameters with content", sign(block(bytes.fromhex("3023300b06052b0e03021a0502aaaa0414") + digest))),
    ("invalid", "hash of another text", sign(block(INFO + hashlib.sha1(message + b"0").digest()))),
    ("invalid", "zero", bytes(size)),
    ("invalid", "one", (1).to_bytes(size, "big")),
    ("invalid", "modulus less one", (n - 1).to_bytes(size, "big")),
    ("invalid", "modulus", n.to_bytes(size, "big")),
    ("invalid", "empty", b""),
    ("invalid", "a zero in front", b"\x00" + sign(block(good))),
    ("invalid", "last byte cut", sign(block(good))[:-1]),
    ("invalid", "a byte behind", sign(block(good)) + b"\x00"),
]
assert cases[0][2] == by_openssl
tests = [
    {"tcId": i, "comment": comment, "msg": message.hex(), "sig": sig.hex(), "result": result, "flags": []}
    for i, (result, comment, sig) in enumerate(cases, 1)
]
group = {"keySize": 2048, "publicKeyDer": base64.b64decode(vectors["keys"]["kaligo-test-rsa-2048"]["spki_b64"]).hex(), "sha": "SHA-1", "type": "RsassaPkcs1Verify", "tests": tests}
with open("rsa_signature_2048_sha1_derived.json", "w") as out:
    json.dump({"algorithm": "RSASSA-PKCS1-v1_5", "numberOfTests": len(tests), "header": ["self-made, see make_sha1.py"], "testGroups": [group]}, out, indent=1)
    out.write("\n")
