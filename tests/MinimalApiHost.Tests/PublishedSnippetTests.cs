using System.Diagnostics;
using System.Text.Json;
using Outbox.Tests.Signing;

namespace MinimalApiHost.Tests;

/// <summary>
/// What the vendors publish for verifying, in Node and Python, against requests that the running platform really made: exactly their bytes, and
/// exactly their headers.
/// </summary>
public sealed class PublishedSnippetTests(PlatformFixture platform) : IClassFixture<PlatformFixture>
{
    private static readonly string[] Profiles = ["ttma", "talkifai", "topcalls", "truedy", "huskyvoice", "standard"];

    private static readonly string[] NodeReceivers =
        ["ttma express", "ttma n8n", "talkifai node", "topcalls express", "truedy express", "huskyvoice node", "huskyvoice n8n", "standard node"];

    private static readonly string[] PythonReceivers = ["talkifai python", "huskyvoice python", "truedy python"];

    [ToolFact("node")]
    public Task Node_receivers_accept_what_arrives_and_refuse_it_with_one_bit_flipped() => RunAsync("node", "Receivers/receivers.js", NodeReceivers);

    [ToolFact("python3")]
    public Task Python_receivers_accept_what_arrives_and_refuse_it_with_one_bit_flipped() => RunAsync("python3", "Receivers/receivers.py", PythonReceivers);

    private async Task RunAsync(string tool, string script, string[] receivers)
    {
        var arrived = new Dictionary<string, (Received Request, string Secret)>(StringComparer.Ordinal);
        foreach (var profile in Profiles)
        {
            arrived[profile] = await DeliverAsync(profile, $"{tool}-{profile}");
        }

        var genuine = receivers.Select(receiver => Of(receiver, arrived[receiver.Split(' ')[0]])).ToArray();
        var flipped = genuine.Select(request => request with { Body = Flipped(request.Body) }).ToArray();
        var answers = Run(tool, script, [.. genuine, .. flipped]);

        Assert.Equal(2 * receivers.Length, answers.Length);
        Assert.All(receivers.Zip(answers), pair => Assert.True(pair.Second.Accepted, $"{pair.First} refused what is genuine: {pair.Second.Why}"));
        Assert.All(receivers.Zip(answers[receivers.Length..]), pair => Assert.False(pair.Second.Accepted, $"{pair.First} accepted what was changed."));
    }

    private async Task<(Received Request, string Secret)> DeliverAsync(string profile, string name)
    {
        var number = platform.NewNumber();
        var url = platform.Receiver.Url($"/{name}");
        var generated = profile is "talkifai" or "standard";
        var registered = profile is "ttma"
            ? await platform.Api.PutAsync("/v1/voice/webhooks", new { from = number, url, secret = PlatformFixture.Secret })
            : await platform.Api.PostAsync("/v1/webhook-endpoints", new { scope = number, url, profile, secret = generated ? null : PlatformFixture.Secret });
        await platform.Api.PostAsync("/v1/calls", new { id = $"call_{name}", from = number, to = "+16475551234" });
        await platform.Api.PostTextAsync($"/v1/calls/call_{name}/end", """
            { "durationSeconds": 2.50, "transcript": "[Agent] “Hi”, it’s Sol 😀 \u2028", "quality": { "score": 2.5, "10": 1e21, "2": -0 } }
            """);

        var requests = await Eventually.HasAsync(
            () => Task.FromResult(platform.Receiver.At($"/{name}")),
            requests => requests.Any(request => request.Text.Contains("😀", StringComparison.Ordinal)));
        var last = requests.Single(request => request.Text.Contains("😀", StringComparison.Ordinal));
        Assert.Contains("\"durationSeconds\":2.5,", last.Text, StringComparison.Ordinal);
        return (last, generated ? (string)registered["secret"]! : PlatformFixture.Secret);
    }

    private static Sent Of(string receiver, (Received Request, string Secret) arrived) => new(
        receiver,
        arrived.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal),
        Convert.ToBase64String(arrived.Request.Body),
        arrived.Secret,
        TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());

    // One bit of a digit, so that it stays JSON and only the signature can tell.
    private static string Flipped(string base64)
    {
        var body = Convert.FromBase64String(base64);
        body[body.AsSpan().IndexOf("2.5"u8)] ^= 1;
        return Convert.ToBase64String(body);
    }

    private static Verdict[] Run(string tool, string script, Sent[] requests)
    {
        var start = new ProcessStartInfo(tool, [Path.Combine(AppContext.BaseDirectory, script)])
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
        return JsonSerializer.Deserialize<Verdict[]>(output, JsonSerializerOptions.Web)!;
    }

    private sealed record Sent(string Receiver, Dictionary<string, string> Headers, string Body, string Secret, long Now);

    private sealed record Verdict(bool Accepted, string Why);
}
