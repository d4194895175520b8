using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Demo;

/// <summary>A genuine request that reached a customer, and what it was answered. TopCalls' have no type on the wire.</summary>
internal sealed record Received(string Call, string DeliveryId, string? EventType, string Body, bool? RecordingAvailable, int Answered);

/// <summary>A customer's receiver: it verifies each request by its raw bytes before it reads a word of it.</summary>
internal class Customer(WebhookProfile profile, IReadOnlyList<Scene> scenes, Timeline timeline)
{
    private readonly ConcurrentQueue<Received> _received = new();
    private readonly ConcurrentQueue<string> _refused = new();
    private readonly string? _typeField = profile.Envelope.Fields.Where(field => field.Value is EnvelopeValue.EventType).Select(field => field.Name).SingleOrDefault();
    private WebhookVerifier? _verifier;

    public WebhookProfile Profile => profile;

    public string Name => profile.Name;

    /// <summary>What its vendor calls the end of a call: TopCalls' and HuskyVoice's receivers know <c>call.completed</c> and <c>call.failed</c>.</summary>
    public IReadOnlyList<string> EventTypes { get; } = profile.EventTypes?.Contains("call.completed") is true ? ["call.completed", "call.failed"] : ["call.ended"];

    /// <summary>The endpoint's id at the platform, once it is registered.</summary>
    public string EndpointId { get; set; } = "";

    /// <summary>Why requests were refused: none should be.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

    public IReadOnlyList<Received> Requests(Scene scene) => [.. _received.Where(request => request.Call == scene.Call)];

    public void Trust(string secret) => _verifier = new WebhookVerifier(profile, secret);

    public virtual async Task<IResult> ReceiveAsync(HttpRequest request)
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
        var type = _typeField is null ? null : json.RootElement.GetProperty(_typeField).GetString();
        var now = new Received(scene.Call, deliveryId, type, Encoding.UTF8.GetString(body), recording, answer);
        _received.Enqueue(now);

        var repeat = before switch
        {
            [] => "",
            [var first, ..] when first.DeliveryId == now.DeliveryId && first.Body == now.Body => $", the same id and bytes as try {before.Count}",
            _ => ", another id or body than before!",
        };
        if (answer is StatusCodes.Status200OK)
        {
            timeline.Verified(Name, $"{profile.Signature.Header,-20}  {type ?? "(no type)",-14}  recordingAvailable: {(recording is true ? "true" : "false")}{repeat}");
        }
        else
        {
            timeline.Attempt(Name, $"{profile.Signature.Header,-20}  {type ?? "(no type)",-14}  verified, but answered {answer}{repeat}");
        }

        return answer;
    }
}
