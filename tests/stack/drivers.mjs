// The programs around the documentation's snippets, by language and kind; languages.mjs says what they read and write.

export const DRIVERS = {
  node: {
    token: `import { createInterface } from "node:readline";
import { orderToken } from "./snippet.mjs";
for await (const line of createInterface({ input: process.stdin })) console.log(orderToken(JSON.parse(Buffer.from(line, "base64"))));
`,
    event: `import { createInterface } from "node:readline";
import { verified } from "./snippet.mjs";
for await (const line of createInterface({ input: process.stdin })) {
  const [body, id, time, signature] = line.split("\\t");
  const headers = { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature };
  try {
    console.log("accepted " + Buffer.from(verified(headers, Buffer.from(body, "base64"))).toString("base64"));
  } catch (error) {
    console.log("refused: " + error.message);
  }
}
`,
  },
  python: {
    token: `import base64, json, sys
from snippet import order_token
for line in sys.stdin:
    print(order_token(json.loads(base64.b64decode(line))))
`,
    event: `import base64, sys
from snippet import verified
for line in sys.stdin:
    body, id, time, signature = line.rstrip("\\n").split("\\t")
    headers = {"webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature}
    try:
        print("accepted", base64.b64encode(verified(headers, base64.b64decode(body)).encode()).decode())
    except ValueError as error:
        print(f"refused: {error}")
`,
    receive: `import base64, sys
from standardwebhooks import WebhookVerificationError
from snippet import receive
for line in sys.stdin:
    body, id, time, signature = line.rstrip("\\n").split("\\t")
    headers = {"webhook-id": id, "webhook-timestamp": time, "webhook-signature": signature}
    try:
        print("accepted", base64.b64encode(receive(headers, base64.b64decode(body)).encode()).decode())
    except WebhookVerificationError as error:
        print(f"refused: {error}")
`,
  },
  php: {
    token: `<?php
require 'snippet.php';
while (($line = fgets(STDIN)) !== false) {
    echo order_token(json_decode(base64_decode($line), true)), "\\n";
}
`,
    event: `<?php
require 'snippet.php';
while (($line = fgets(STDIN)) !== false) {
    [$body, $id, $time, $signature] = explode("\\t", rtrim($line, "\\n"));
    $headers = ['webhook-id' => $id, 'webhook-timestamp' => $time, 'webhook-signature' => $signature];
    try {
        echo 'accepted ' . base64_encode(verified($headers, base64_decode($body))) . "\\n";
    } catch (RuntimeException $error) {
        echo 'refused: ', $error->getMessage(), "\\n";
    }
}
`,
  },
  go: {
    token: `package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"example/shop"
	"fmt"
	"os"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		body, _ := base64.StdEncoding.DecodeString(lines.Text())
		var order map[string]any
		if err := json.Unmarshal(body, &order); err != nil {
			panic(err)
		}
		token, err := shop.OrderToken(order)
		if err != nil {
			panic(err)
		}
		fmt.Println(token)
	}
}
`,
    event: `package main

import (
	"bufio"
	"encoding/base64"
	"example/shop"
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\\t")
		body, _ := base64.StdEncoding.DecodeString(parts[0])
		headers := http.Header{}
		headers.Set("webhook-id", parts[1])
		headers.Set("webhook-timestamp", parts[2])
		headers.Set("webhook-signature", parts[3])
		if event, err := shop.Verified(headers, body); err != nil {
			fmt.Println("refused: " + err.Error())
		} else {
			fmt.Println("accepted " + base64.StdEncoding.EncodeToString(event))
		}
	}
}
`,
  },
  java: {
    token: `import java.io.*;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

public final class Driver {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println(OrderToken.sign(new String(Base64.getDecoder().decode(line), StandardCharsets.UTF_8)));
        }
    }
}
`,
    event: `import java.io.*;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.*;

public final class Driver {
    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split("\\t");
            Map<String, String> headers = Map.of("webhook-id", parts[1], "webhook-timestamp", parts[2], "webhook-signature", parts[3]);
            try {
                String event = ForwardedEvent.verified(headers, Base64.getDecoder().decode(parts[0]));
                System.out.println("accepted " + Base64.getEncoder().encodeToString(event.getBytes(StandardCharsets.UTF_8)));
            } catch (GeneralSecurityException error) {
                System.out.println("refused: " + error.getMessage());
            }
        }
    }
}
`,
  },
  ruby: {
    token: `require "base64"
require "json"
require_relative "snippet"
STDIN.each_line { |line| puts order_token(JSON.parse(Base64.decode64(line).force_encoding("UTF-8"))) }
`,
    event: `require "base64"
require_relative "snippet"
STDIN.each_line(chomp: true) do |line|
  body, id, time, signature = line.split("\\t")
  headers = { "webhook-id" => id, "webhook-timestamp" => time, "webhook-signature" => signature }
  begin
    puts "accepted #{Base64.strict_encode64(verified(headers, Base64.decode64(body)))}"
  rescue RuntimeError => error
    puts "refused: #{error.message}"
  end
end
`,
  },
};
