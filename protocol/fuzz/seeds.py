#!/usr/bin/env python3
"""Fills corpus/ with the messages, keys and texts of ../tests/vectors, one file each."""
import base64, json, pathlib, re, urllib.parse

vectors = pathlib.Path("../tests/vectors")
read = lambda name: json.loads((vectors / name).read_text())
gateway, antom, answers = read("gateway.json"), read("antom.json"), read("single_trade_query.json")
def texts(node, path="json"):
    """Every longer text of a JSON document, named by its place."""
    if isinstance(node, str):
        if len(node) > 60:
            yield path, node
    elif isinstance(node, (dict, list)):
        for name, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from texts(child, f"{path}-{name}")

zeros = b"A" * 342 + b"=="
seeds = {name: {} for name in ("notification", "key", "answer", "text", "antom_header", "antom_notification")}
for vector in gateway["vectors"]:
    body = vector.get("raw_body") or urllib.parse.urlencode(vector.get("params") or {})
    body = body.split("?", 1)[-1].encode()
    seeds["notification"][vector["id"]] = body
    # Without its signature: the target appends one that is taken.
    seeds["notification"][vector["id"] + "-open"] = b"&".join(
        pair for pair in body.split(b"&") if not re.match(rb"sign(_type)?=", pair))
    for name, value in (vector.get("params") or {}).items():
        seeds["text"][f"{name}-{len(value)}"] = value.encode()
for name, key in gateway["keys"].items():
    seeds["key"][name] = (key.get("pem") or key.get("spki_b64") or key["key"]).encode()
for name, xml in answers.items():
    if name != "about":
        xml = base64.b64decode(xml)
        seeds["answer"][name] = xml
        seeds["answer"][name + "-open"] = re.sub(
            rb"<sign>[^<]*</sign><sign_type>\w+", b"<sign>" + zeros + b"</sign><sign_type>RSA2", xml)
for vector in antom["vectors"]:
    seeds["antom_header"][vector["id"]] = vector["signature_header"].encode()
    seeds["antom_header"]["uri-" + vector["id"]] = vector["uri"].encode()
    seeds["antom_notification"][vector["id"]] = base64.b64decode(vector["body_b64"])
    seeds["text"]["time-" + vector["id"]] = vector["time"].encode()
    seeds["key"]["antom-" + vector["key"]] = vector["public_key_pem"].encode()
for number, value in enumerate(["19.90", "0.1", "500", "9999999999.99", "0", "8.00"]):
    seeds["text"][f"amount-{number}"] = value.encode()
seeds["app_result"] = {}
for vector in gateway["vectors"]:
    if vector["kind"] == "sync-app-result":
        body = vector["raw_body"]
        seeds["app_result"][vector["id"]] = body.encode()
        seeds["app_result"][vector["id"] + "-whole"] = f"resultStatus={{9000}};memo={{}};result={{{body}}}".encode()
        opened = re.sub(r'sign_type="\w+"&sign=".*"', f'sign_type="RSA2"&sign="{zeros.decode()}"', body)
        seeds["app_result"][vector["id"] + "-open"] = opened.encode()
for name, body in texts(read("app_result.json")):
    seeds["app_result"][name] = body.encode()
    opened = re.sub(r'"sign":"[^"]*"', f'"sign":"{zeros.decode()}"', body)
    seeds["app_result"][name + "-open"] = re.sub(r'"sign_type":"\w+"', '"sign_type":"RSA2"', opened).encode()
seeds["form"] = seeds["return_query"] = seeds["openplatform"] = seeds["gateway"] = seeds["notification"]
seeds["file"] = {
    "rates": b"20120330|112537|AUD|6.4485|\n20121224|174359|JPY|0.05638|\n",
    "statement": b"20131219-144657-234|0.11|EUR|20131219215228||P|0.00|P|Test\n",
    "refusal": b"Over 10 days to Date period",
    "xml": b"<alipay><is_success>F</is_success><error>ILLEGAL_SIGN</error></alipay>",
}
seeds["lines"] = {**seeds["app_result"], **seeds["file"]}
seeds["antom_answer"] = seeds["json"] = seeds["antom_notification"]
seeds["texts"] = {**seeds["key"], **seeds["text"], **seeds["antom_header"]}
for target, files in seeds.items():
    folder = pathlib.Path("corpus") / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("/", "_")).write_bytes(content)
