using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Tests.Signing;

namespace Outbox.AspNetCore.Tests;

/// <summary>The code that the tester offers is run as it is, on requests as they are sent.</summary>
public sealed class VerificationCodeTests
{
    private static readonly string[] Profiles = ["ttma", "talkifai", "topcalls", "truedy", "huskyvoice", "standard"];

    private const string AskNode =
        """

        const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        const body = Buffer.from(input.body, "base64");
        const now = Date.now() / 1000;
        console.log(JSON.stringify([
          verify(body, input.headers, input.secret),
          verify(Buffer.concat([body, Buffer.from(" ")]), input.headers, input.secret),
          verify(body, input.headers, input.wrong),
          verify(body, {}, input.secret),
          verify(body, input.headers, input.secret, now + 600),
        ]));
        """;

    private const string AskPython =
        """


        import json, sys
        given = json.load(sys.stdin)
        body = base64.b64decode(given["body"])
        print(json.dumps([
            verify(body, given["headers"], given["secret"]),
            verify(body + b" ", given["headers"], given["secret"]),
            verify(body, given["headers"], given["wrong"]),
            verify(body, {}, given["secret"]),
            verify(body, given["headers"], given["secret"], time.time() + 600),
        ]))
        """;

    private const string AskN8n =
        """
        const input = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        const ask = async (secret) => {
          const node = { helpers: { getBinaryDataBuffer: async () => Buffer.from(input.body, "base64") } };
          try {
            return Array.isArray(await run.call(node, { first: () => ({ json: { headers: input.headers } }) }, { WEBHOOK_SECRET: secret }, require));
          } catch {
            return false;
          }
        };
        ask(input.secret).then(async (good) => console.log(JSON.stringify([good, await ask(input.wrong)])));
        """;

    [ToolFact("node")]
    public Task The_code_for_Node_accepts_what_is_sent_and_nothing_else() =>
        CheckAsync("node", code => ("node", ["-e", code + AskNode]));

    [ToolFact("python3")]
    public Task The_code_for_Python_accepts_what_is_sent_and_nothing_else() =>
        CheckAsync("python", code => ("python3", ["-c", code + AskPython]));

    [ToolFact("node")]
    public Task The_code_for_n8n_passes_on_what_is_sent_and_nothing_else() =>
        CheckAsync("n8n", code => ("node", ["-e", $"const run = async function ($input, $env, require) {{\n{code}\n}};\n{AskN8n}"]));

    [ToolFact("node")]
    public Task The_code_for_Node_verifies_the_signature_of_a_key_pair() =>
        CheckAsync("node", code => ("node", ["-e", code + AskNode]), "standard-v1a");

    [ToolFact("node")]
    public Task The_code_for_n8n_verifies_the_signature_of_a_key_pair() =>
        CheckAsync(
            "n8n",
            code => ("node", ["-e", $"const run = async function ($input, $env, require) {{\n{code}\n}};\n{AskN8n.Replace("WEBHOOK_SECRET", "WEBHOOK_PUBLIC_KEY", StringComparison.Ordinal)}"]),
            "standard-v1a");

    [PythonModuleFact("cryptography")]
    public Task The_code_for_Python_verifies_the_signature_of_a_key_pair() =>
        CheckAsync("python", code => ("python3", ["-c", code + AskPython]), "standard-v1a");

    private static async Task CheckAsync(string language, Func<string, (string Program, string[] Arguments)> ask, params string[] profiles)
    {
        await using var host = await ManagementHost.StartAsync(build: builder => builder.Services.AddWebhookOutbox().AddProfile(StandardWebhooksV1a.Profile));
        foreach (var profile in profiles.DefaultIfEmpty().SelectMany(profile => profile is null ? Profiles : [profile]))
        {
            var (input, code, signsTime) = await SignedAsync(host.As(), profile, language);

            var (program, arguments) = ask(code);
            var answers = await RunAsync(program, arguments, input.ToJsonString());

            // The last question is about a request of ten minutes ago, which only a signed time can tell.
            bool[] expected = answers.Length == 2 ? [true, false] : [true, false, false, false, !signsTime];
            Assert.True(expected.SequenceEqual(answers), $"{profile} in {language}: {string.Join(", ", answers)}\n{code}");
        }
    }

    /// <summary>A request of an endpoint whose secret is being rotated, where the header can carry two signatures.</summary>
    private static async Task<(JsonObject Input, string Code, bool SignsTime)> SignedAsync(Caller ops, string profile, string language)
    {
        var isGenerated = profile is "standard" or "standard-v1a";
        var registered = await ops.PostAsync("endpoints", new { scope = "all", url = "http://127.0.0.1:9/", profile, secret = isGenerated ? null : Seeds.Secret });
        var id = (string)registered.Json["endpoint"]!["id"]!;
        var secret = KeyOf(registered) ?? Seeds.Secret;
        var rotated = (await ops.PostAsync($"endpoints/{id}/rotate-secret", new { overlapSeconds = 600 })).Is(HttpStatusCode.OK);
        var newest = KeyOf(rotated)!;
        var type = profile is "topcalls" or "huskyvoice" ? "call.completed" : "call.ended";
        var preview = (await ops.PostAsync("tester/preview", new { endpointId = id, type })).Is(HttpStatusCode.OK);

        var headers = new JsonObject();
        foreach (var header in preview.Json["request"]!["headers"]!.AsArray())
        {
            headers[((string)header!["name"]!).ToLowerInvariant()] = (string?)header["value"];
        }

        var carriesTwo = isGenerated || profile is "ttma";
        var input = new JsonObject
        {
            ["body"] = (string?)preview.Json["request"]!["bodyBase64"],
            ["headers"] = headers,
            ["secret"] = carriesTwo ? secret : newest,
            ["wrong"] = profile == "standard" ? "whsec_" + Convert.ToBase64String(new byte[32])
                : isGenerated ? AnotherPublicKey()
                : "another-secret-of-more-than-thirty-two-characters",
        };
        var code = (string)preview.Json["verification"]!.AsArray().Single(sample => (string?)sample!["language"] == language)!["code"]!;
        return (input, code, isGenerated || profile is "ttma" or "truedy");
    }

    /// <summary>What the customer verifies with: the secret that was generated, or the public key.</summary>
    private static string? KeyOf(Reply reply) => (string?)reply.Json["generatedSecret"] ?? (string?)reply.Json["endpoint"]!["publicKey"];

    private static string AnotherPublicKey()
    {
        var publicKey = new byte[32];
        StandardWebhooksV1a.Profile.Signature.Ed25519!.ComputePublicKey(new byte[32], publicKey);
        return "whpk_" + Convert.ToBase64String(publicKey);
    }

    private static async Task<bool[]> RunAsync(string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return JsonSerializer.Deserialize<bool[]>(output)!;
    }
}
