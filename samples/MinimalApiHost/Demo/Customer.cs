using System.Collections.Concurrent;
using System.Text.Json;
using Outbox.Profiles;
using Outbox.Signing;

namespace MinimalApiHost.Demo;

/// <summary>A request that reached a customer, and what it was answered.</summary>
internal sealed record Received(string Call, string DeliveryId, bool IsGenuine, string? Refusal, int Answered, string Body, bool? RecordingAvailable);

/// <summary>A customer's receiver: it verifies each request by its raw bytes before it reads a word of it.</summary>
internal sealed class Customer(WebhookProfile profile, Timeline timeline)
{
    private readonly ConcurrentQueue<Received> _received = new();
    private WebhookVerifier? _verifier;

    public WebhookProfile Profile => profile;

    public string Name => profile.Name;

    /// <summary>The endpoint's id at the platform, once it is registered.</summary>
    public string EndpointId { get; set; } = "";

    /// <summary>What the customer answers to a call's n-th request; everything else is answered 200.</summary>
    public Func<string, int, int> Answers { get; init; } = (_, _) => StatusCodes.Status200OK;

    public IEnumerable<Received> Requests(string call) => _received.Where(request => request.Call == call);

    public void Trust(string secret) => _verifier = new WebhookVerifier(profile, secret);

    public async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();

        var verification = _verifier!.Verify(body, name => request.Headers[name]);
        return Results.StatusCode(verification.IsValid ? Accept(verification, body) : Refuse(verification, body));
    }

    private int Accept(WebhookVerification verification, byte[] body)
    {
        using var json = JsonDocument.Parse(body);
        var data = json.RootElement.TryGetProperty("data", out var inner) ? inner : json.RootElement;
        var call = data.GetProperty("id").GetString()!;
        var recording = data.TryGetProperty("recordingAvailable", out var available) ? available.GetBoolean() : (bool?)null;

        var number = Requests(call).Count() + 1;
        var status = Answers(call, number);
        _received.Enqueue(new Received(call, verification.DeliveryId ?? "", IsGenuine: true, null, status, System.Text.Encoding.UTF8.GetString(body), recording));

        var text = $"{profile.Signature.Header}, {body.Length} bytes{(number > 1 ? ", the same as before" : "")}";
        if (status is StatusCodes.Status200OK)
        {
            timeline.Verified(Name, text);
        }
        else
        {
            timeline.Attempt(Name, $"verified, but answered {status}");
        }

        return status;
    }

    private int Refuse(WebhookVerification verification, byte[] body)
    {
        _received.Enqueue(new Received("", "", IsGenuine: false, verification.Reason, StatusCodes.Status401Unauthorized, System.Text.Encoding.UTF8.GetString(body), null));
        timeline.Refused(Name, verification.Reason ?? "");
        return StatusCodes.Status401Unauthorized;
    }

    /// <summary>What was refused: nothing that the platform sends should be.</summary>
    public IEnumerable<Received> RefusedRequests => _received.Where(request => !request.IsGenuine);
}
