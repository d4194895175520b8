using Outbox.AspNetCore.Views;
using Outbox.Profiles;
using Outbox.Signing;

namespace Outbox.AspNetCore.Catalogue;

/// <summary>
/// Code that verifies a profile's deliveries, ready to paste. It is written from the profile's signature scheme, so it fits profiles of the host's
/// own too; the secret comes from a variable.
/// </summary>
internal static class VerificationCode
{
    // The blank line that follows it is the template's.
    private const string PythonsEd25519 = """
        from cryptography.exceptions import InvalidSignature  # pip install cryptography
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        """;

    public static IReadOnlyList<CodeView> For(WebhookProfile profile) =>
    [
        new("node", "Node.js", Node(profile.Signature)),
        new("python", "Python", Python(profile.Signature)),
        new("csharp", "C#", CSharp(profile)),
        new("n8n", "n8n", N8n(profile.Signature)),
    ];

    private static bool SignsTime(SignatureScheme scheme) => scheme.Content != SignedContent.Body;

    private static bool SignsId(SignatureScheme scheme) => scheme.Content == SignedContent.IdTimestampAndBody;

    /// <summary>The part of the header's value before the timestamp, where the timestamp is in it: <c>t=</c>.</summary>
    private static string? TimeMark(SignatureScheme scheme) =>
        scheme.Prefix?.IndexOf(SignatureScheme.TimestampPlaceholder, StringComparison.Ordinal) is >= 0 and var at ? scheme.Prefix[..at] : null;

    private static string Node(SignatureScheme scheme) =>
        $$"""
        const crypto = require("node:crypto");

        // body: the request's raw bytes as they came (express.raw({ type: "application/json" })), not parsed and printed again.
        // headers: names in lower case, as Node has them.
        function verify(body, headers, {{KeyOf(scheme)}}, now = Date.now() / 1000) {
        {{Indent(2, ScriptOf(scheme, "body"))}}
        }

        module.exports = { verify };
        """;

    private static string N8n(SignatureScheme scheme) =>
        $$"""
        // A Code node after a Webhook node with the option "Raw Body". Needs NODE_FUNCTION_ALLOW_BUILTIN=crypto.
        const crypto = require("crypto");

        function verify(body, headers, {{KeyOf(scheme)}}, now = Date.now() / 1000) {
        {{Indent(2, ScriptOf(scheme, "body"))}}
        }

        const body = await this.helpers.getBinaryDataBuffer(0, "data");
        if (!verify(body, $input.first().json.headers, $env.{{VariableOf(scheme)}})) {
          throw new Error("The webhook's signature is not valid.");
        }
        return [{ json: JSON.parse(body.toString("utf8")) }];
        """;

    private static IEnumerable<string> ScriptOf(SignatureScheme scheme, string body)
    {
        yield return $"""const header = headers["{scheme.Header.ToLowerInvariant()}"] ?? "";""";
        if (SignsTime(scheme))
        {
            yield return scheme.TimestampHeader is { } name
                ? $"""const timestamp = headers["{name.ToLowerInvariant()}"] ?? "";"""
                : $$"""const timestamp = header.match(/{{TimeMark(scheme)}}(\d+)/)?.[1] ?? "";""";
            yield return "if (!(Math.abs(now - Number(timestamp || NaN)) <= 300)) return false; // five minutes, against a replay";
        }

        yield return scheme.Ed25519 is not null
            ? """const key = crypto.createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey.replace(/^whpk_/, ""), "base64").toString("base64url") }, format: "jwk" });"""
            : scheme.Key == SecretEncoding.WhsecBase64
            ? """const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");"""
            : """const key = Buffer.from(secret, "utf8");""";
        var before = SignsId(scheme) ? $$"""`${headers["{{scheme.IdHeader!.ToLowerInvariant()}}"]}.${timestamp}.`""" : "`${timestamp}.`";
        yield return SignsTime(scheme) ? $"const signed = Buffer.concat([Buffer.from({before}), {body}]);" : $"const signed = {body};";
        if (scheme.Ed25519 is not null)
        {
            yield return $"""const signatures = header.split("{scheme.Separator}").filter((one) => one.startsWith("v1a,")); // two while a key is rotated""";
            yield return """return signatures.some((one) => crypto.verify(null, signed, key, Buffer.from(one.slice(4), "base64")));""";
            yield break;
        }

        yield return $"""const expected = Buffer.from("{scheme.SignaturePrefix}" + crypto.createHmac("sha256", key).update(signed).digest("{EncodingOf(scheme)}"));""";
        yield return scheme.Separator is { } separator
            ? $"""const signatures = header.split("{separator}"); // two while a secret is rotated"""
            : "const signatures = [header];";
        yield return "return signatures.map((one) => Buffer.from(one)).some((one) => one.length === expected.length && crypto.timingSafeEqual(one, expected));";
    }

    private static string Python(SignatureScheme scheme) =>
        $$"""
        import base64, hashlib, hmac, re, time
        {{(scheme.Ed25519 is null ? "" : PythonsEd25519)}}
        # body: the request's raw bytes as they came (request.get_data()), not parsed and printed again.
        # headers: names in lower case.
        def verify(body, headers, {{(scheme.Ed25519 is null ? "secret" : "public_key")}}, now=None):
        {{Indent(4, PythonOf(scheme))}}
        """;

    private static IEnumerable<string> PythonOf(SignatureScheme scheme)
    {
        yield return $"""header = headers.get("{scheme.Header.ToLowerInvariant()}", "")""";
        if (SignsTime(scheme))
        {
            yield return scheme.TimestampHeader is { } name
                ? $"""timestamp = headers.get("{name.ToLowerInvariant()}", "")"""
                : $"""timestamp = (re.findall(r"{TimeMark(scheme)}(\d+)", header) or [""])[0]""";
            yield return "if not timestamp.isdigit() or abs((now or time.time()) - int(timestamp)) > 300:  # five minutes, against a replay";
            yield return "    return False";
        }

        yield return scheme.Ed25519 is not null
            ? """key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))"""
            : scheme.Key == SecretEncoding.WhsecBase64
            ? """key = base64.b64decode(secret.removeprefix("whsec_"))"""
            : "key = secret.encode()";
        var before = SignsId(scheme) ? $$"""f"{headers.get('{{scheme.IdHeader!.ToLowerInvariant()}}')}.{timestamp}." """ : """f"{timestamp}." """;
        yield return SignsTime(scheme) ? $"signed = {before.TrimEnd()}.encode() + body" : "signed = body";
        if (scheme.Ed25519 is not null)
        {
            yield return $"""for one in header.split("{scheme.Separator}"):  # two while a key is rotated""";
            yield return "    try:";
            yield return """        if one.startswith("v1a,"):""";
            yield return "            key.verify(base64.b64decode(one[4:]), signed)";
            yield return "            return True";
            yield return "    except InvalidSignature:";
            yield return "        pass";
            yield return "return False";
            yield break;
        }

        yield return "digest = hmac.new(key, signed, hashlib.sha256)";
        yield return scheme.Encoding == SignatureEncoding.Hex
            ? $"""expected = "{scheme.SignaturePrefix}" + digest.hexdigest()"""
            : $"""expected = "{scheme.SignaturePrefix}" + base64.b64encode(digest.digest()).decode()""";
        yield return scheme.Separator is { } separator
            ? $"""signatures = header.split("{separator}")  # two while a secret is rotated"""
            : "signatures = [header]";
        yield return "return any(hmac.compare_digest(one.encode(), expected.encode()) for one in signatures)";
    }

    private static string CSharp(WebhookProfile profile) =>
        $$"""
        // dotnet add package {{(profile.Signature.Ed25519 is null ? "Outbox.Core" : "Outbox.Ed25519")}}
        using {{(profile.Signature.Ed25519 is null ? "Outbox.Profiles" : "Outbox")}};
        using Outbox.Signing;

        var profile = {{(profile.Signature.Ed25519 is null ? $"WebhookProfile.BuiltIn.Single(known => known.Name == \"{profile.Name}\")" : "StandardWebhooksV1a.Profile")}}; // or the profile of your own
        var verifier = new WebhookVerifier(profile, configuration["{{(profile.Signature.Ed25519 is null ? "WebhookSecret" : "WebhookPublicKey")}}"]!);

        app.MapPost("/webhooks", async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body); // the raw bytes as they came
            var verification = verifier.Verify(body.ToArray(), name => request.Headers[name]);
            return verification.IsValid ? Results.Ok() : Results.Unauthorized();
        });
        """;

    private static string KeyOf(SignatureScheme scheme) => scheme.Ed25519 is null ? "secret" : "publicKey";

    private static string VariableOf(SignatureScheme scheme) => scheme.Ed25519 is null ? "WEBHOOK_SECRET" : "WEBHOOK_PUBLIC_KEY";

    private static string EncodingOf(SignatureScheme scheme) => scheme.Encoding == SignatureEncoding.Hex ? "hex" : "base64";

    private static string Indent(int width, IEnumerable<string> lines) => string.Join('\n', lines.Select(line => new string(' ', width) + line));
}
