using System.Text.Json;
using Outbox.Events;
using Outbox.Sending;

namespace Outbox.Profiles;

/// <summary>Makes the request of one attempt: body, headers of the event, headers of the profile with a fresh signature.</summary>
internal static class RequestComposer
{
    /// <param name="content">What the delivery says.</param>
    /// <param name="hostHeaders">The event's extra headers as a JSON object of strings, or null.</param>
    /// <param name="url">Where it goes.</param>
    /// <param name="profile">How it looks.</param>
    /// <param name="secrets">What signs, newest first.</param>
    /// <param name="at">When the attempt starts.</param>
    public static WebhookRequest Compose(
        in DeliveryContent content, string? hostHeaders, string url, WebhookProfile profile, IReadOnlyList<string> secrets, DateTimeOffset at)
    {
        var body = Body(content, profile);
        var headers = new List<KeyValuePair<string, string>>(4);
        headers.AddRange(HostHeaders(hostHeaders, profile));
        DeliveryComposer.AddHeaders(headers, profile, content, body.Written.Span, secrets, at);
        return new WebhookRequest { Url = new Uri(url), Body = body, Headers = headers, Profile = profile.Name, Timeout = profile.Timeout };
    }

    public static RequestBody Body(in DeliveryContent content, WebhookProfile profile)
    {
        var body = new RequestBody(content.Data.Length + 256);
        DeliveryComposer.WriteBody(body, profile, content);
        return body;
    }

    // A profile that changed since the enqueue may have made one of these names its own, and a second signature header would confuse receivers.
    // What nobody may choose gets here only by a changed row of the database.
    public static IEnumerable<KeyValuePair<string, string>> HostHeaders(string? stored, WebhookProfile profile) => stored is null
        ? []
        : JsonSerializer.Deserialize(stored, HeadersJson.Default.DictionaryStringString)!
            .Where(header => !OutgoingHeaders.IsReserved(header.Key) && !profile.OwnHeaders.Contains(header.Key, StringComparer.OrdinalIgnoreCase));
}
