using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Outbox.Profiles;
using Outbox.Tests.Profiles;

namespace Outbox.Tests.Signing;

/// <summary>
/// Deliveries against receivers that behave as the vendors' published examples do, in the receivers' own languages. Some of them parse
/// the body and print it again before they verify. Every case runs in one process per language.
/// </summary>
public class PublishedReceiversTests
{
    private static readonly string[] Documents =
    [
        """{"callId":"call_xyz","duration":245,"recordingAvailable":true,"task":null}""",
        """{"duration":2.50,"costUsd":0.21,"zero":-0,"big":9007199254740991,"negative":-9007199254740991,"one":1.0}""",
        """{"small":1e-7,"smaller":0.0000001,"tiny":5e-324,"large":1E21,"larger":1.7976931348623157e308,"sum":0.30000000000000004}""",
        """{"transcript":"[Agent] “Hi”, it’s Sol 😀 \"quoted\" 'single' <b>&amp;</b> \\ \/ \t\r\n","name":"Zoë 李"}""",
        """{"odd":"\u0000\u001f\u007f\u0080\u00a0\u2028\u2029\ufeff\ue000\uffff","family":"👨‍👩‍👧‍👦","__proto__":1}""",
        """{"b":1,"10":"ten","2":"two","a":{"z":[],"1":{},"y":[1,[2,[3]],null,false]},"":"empty name"}""",
        "{}",
    ];

    private static readonly string[] NodeReceivers =
    [
        "ttma express", "ttma n8n", "talkifai node", "topcalls express", "truedy express",
        "huskyvoice node", "huskyvoice n8n", "standard node",
    ];

    private static readonly string[] PythonReceivers = ["talkifai python", "huskyvoice python", "truedy python"];

    [ToolFact("node")]
    public void Node_receivers_accept_what_is_genuine_and_refuse_what_is_not() => RunAll("node", "Signing/receivers.js", NodeReceivers);

    [ToolFact("python3")]
    public void Python_receivers_accept_what_is_genuine_and_refuse_what_is_not() =>
        RunAll("python3", "Signing/receivers.py", PythonReceivers);

    private static void RunAll(string tool, string script, string[] receivers)
    {
        var cases = receivers.SelectMany(CasesFor).ToList();

        var answers = Run(tool, TestAsset.PathOf(script), [.. cases.Select(one => one.Request)]);

        var wrong = cases.Zip(answers).Where(pair => pair.First.IsGenuine != pair.Second.Accepted)
            .Select(pair => $"{pair.First.Request.Receiver}, {pair.First.Name}: accepted {pair.Second.Accepted} {pair.Second.Why}");
        Assert.Equal(cases.Count, answers.Length);
        Assert.Empty(wrong);
    }

    private static IEnumerable<Case> CasesFor(string receiver)
    {
        var profile = SomeDelivery.ProfileNamed(receiver.Split(' ')[0]);
        var (newest, previous) = (SomeDelivery.SecretFor(profile), SomeDelivery.OtherSecretFor(profile));

        foreach (var document in Documents)
        {
            var genuine = Compose(receiver, profile, document, newest);
            yield return new(document, genuine, IsGenuine: true);
            yield return new("during a rotation " + document, Compose(receiver, profile, document, newest, previous), IsGenuine: true);
            yield return new("another secret " + document, genuine with { Secret = previous }, IsGenuine: false);
        }

        var changed = Compose(receiver, profile, """{"amount":1}""", newest);
        var body = Encoding.UTF8.GetString(Convert.FromBase64String(changed.Body))
            .Replace("\"amount\":1", "\"amount\":2", StringComparison.Ordinal);
        yield return new("a changed body", changed with { Body = Convert.ToBase64String(Encoding.UTF8.GetBytes(body)) }, IsGenuine: false);
    }

    private static Request Compose(string receiver, WebhookProfile profile, string document, params string[] secrets)
    {
        var content = SomeDelivery.Content with { Data = SomeDelivery.Data(document), Tenant = "Søl \"😀\"" };
        var body = SomeDelivery.Body(profile, content);
        var headers = SomeDelivery.Headers(profile, content, body, secrets)
            .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal);

        return new(receiver, headers, Convert.ToBase64String(body), secrets[0], SomeDelivery.AttemptedAt.ToUnixTimeSeconds() + 2);
    }

    private static Answer[] Run(string tool, string script, Request[] requests)
    {
        var start = new ProcessStartInfo(tool, [script])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;

        // The script reads all of its input before it prints, so neither pipe can fill up and block the other.
        using (var input = process.StandardInput)
        {
            input.Write(JsonSerializer.Serialize(requests, JsonSerializerOptions.Web));
        }

        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);

        return JsonSerializer.Deserialize<Answer[]>(output, JsonSerializerOptions.Web)!;
    }

    private sealed record Case(string Name, Request Request, bool IsGenuine);

    private sealed record Request(string Receiver, Dictionary<string, string> Headers, string Body, string Secret, long Now);

    private sealed record Answer(bool Accepted, string Why);
}
