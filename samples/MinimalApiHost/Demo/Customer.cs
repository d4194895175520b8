using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Demo;

/// <summary>A genuine request that reached a customer, and what it was answered.</summary>
internal sealed record Received(string Call, string DeliveryId, string Body, bool? RecordingAvailable, int Answered);

/// <summary>A customer's receiver: it verifies each request by its raw bytes before it reads a word of it.</summary>
internal sealed class Customer(WebhookProfile profile, IReadOnlyList<Scene> scenes, Timeline timeline)
{
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private WebhookVerifier? _verifier;

    public WebhookProfile Profile => profile;

    public string Name => profile.Name;

    /// <summary>The endpoint's id at the platform, once it is registered.</summary>
    public string EndpointId { get; set; } = "";

    /// <summary>Why requests were refused: none should be.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    public IReadOnlyList<Received> Requests(Scene scene) => [.. _received.Where(request => request.Call == scene.Call)];

    public void Trust(string secret) => _verifier = new WebhookVerifier(profile, secret);

    public async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();

        var verification = _verifier!.Verify(body, name => request.Headers[name]);
        if (!verification.IsValid)
        {
            _refused.Enqueue(verification.Reason!);
            timeline.Refused(Name, verification.Reason!);
            return Results.Unauthorized();
        }

        return Results.StatusCode(Accept(verification.DeliveryId!, body));
    }

    private int Accept(string deliveryId, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var data = json.RootElement.TryGetProperty("data", out var inner) ? inner : json.RootElement;
        var recording = data.TryGetProperty("recordingAvailable", out var available) ? available.GetBoolean() : (bool?)null;
        var scene = scenes.Single(scene => scene.Call == data.GetProperty("id").GetString());
        var before = Requests(scene);
        var answer = scene.AnswerOf(Name, before.Count + 1);
        var now = new Received(scene.Call, deliveryId, Encoding.UTF8.GetString(body), recording, answer);
        _received.Enqueue(now);

        var repeat = before switch
        {
            [] => "",
            [var first, ..] when first.DeliveryId == now.DeliveryId && first.Body == now.Body => $", the same id and bytes as try {before.Count}",
            _ => ", another id or body than before!",
        };
        if (answer is StatusCodes.Status200OK)
        {
            timeline.Verified(Name, $"{profile.Signature.Header,-20}  recordingAvailable: {(recording is true ? "true" : "false")}{repeat}");
        }
        else
        {
            timeline.Attempt(Name, $"{profile.Signature.Header,-20}  verified, but answered {answer}{repeat}");
        }

        return answer;
    }
}
