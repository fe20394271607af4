#!/usr/bin/env python3
"""Fills corpus/ with the bodies of ../tests/vectors, one file each."""
import base64, json, pathlib, urllib.parse

vectors = pathlib.Path("../tests/vectors")
gateway = json.loads((vectors / "gateway.json").read_text())
answers = json.loads((vectors / "single_trade_query.json").read_text())
seeds = {"notification": {}, "key": {}, "answer": {}}
for vector in gateway["vectors"]:
    body = vector.get("raw_body") or urllib.parse.urlencode(vector.get("params") or {})
    seeds["notification"][vector["id"]] = body.split("?", 1)[-1].encode()
for name, key in gateway["keys"].items():
    seeds["key"][name] = (key.get("pem") or key.get("spki_b64") or key["key"]).encode()
for name, xml in answers.items():
    if name != "about":
        seeds["answer"][name] = base64.b64decode(xml)
seeds["form"] = seeds["return_query"] = seeds["notification"]
for target, files in seeds.items():
    folder = pathlib.Path("corpus") / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
