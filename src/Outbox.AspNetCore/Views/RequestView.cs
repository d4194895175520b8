using System.Text;
using Outbox.AspNetCore.Security;

namespace Outbox.AspNetCore.Views;

/// <summary>A request as it goes on the wire, as this caller may see it.</summary>
internal sealed record RequestView
{
    public required string Method { get; init; }

    public required string Url { get; init; }

    public required bool UrlMasked { get; init; }

    public required IReadOnlyList<HeaderView> Headers { get; init; }

    public required string? Body { get; init; }

    public required string? BodyBase64 { get; init; }

    public required int BodyBytes { get; init; }

    public static RequestView Of(WebhookWireRequest request, Access access) => new()
    {
        Method = "POST",
        Url = access.Show(request.Url),
        UrlMasked = !access.SeesUrlPaths,
        Headers = [.. request.Headers.Select(header => Show(header, access))],
        Body = access.SeesPayloads ? Encoding.UTF8.GetString(request.Body.Span) : null,
        BodyBase64 = access.SeesPayloads ? Convert.ToBase64String(request.Body.Span) : null,
        BodyBytes = request.Body.Length,
    };

    private static HeaderView Show(WebhookWireHeader header, Access access) => header switch
    {
        { Value: null } => new(header.Name, null, "fresh in each attempt; not kept"),
        { Source: WebhookHeaderSource.Event } when HeaderView.SoundsLikeCredential(header.Name) => new(header.Name, null, HeaderView.Withheld),
        { Source: WebhookHeaderSource.Event } when !access.SeesPayloads => new(header.Name, null, "not shown to you"),
        { Source: WebhookHeaderSource.Event } => new(header.Name, header.Value, "of this event"),
        _ => new(header.Name, header.Value, null),
    };
}

/// <summary>A header, and what is to say about it.</summary>
internal sealed record HeaderView(string Name, string? Value, string? Note)
{
    public const string Withheld = "not shown: it sounds like a credential";

    private static readonly string[] Credentials = ["authorization", "token", "secret", "password", "api-key", "apikey", "credential", "cookie"];

    public static bool SoundsLikeCredential(string name) => Array.Exists(Credentials, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>A header of what a receiver answered.</summary>
    public static HeaderView OfAnswer(string name, string value) => SoundsLikeCredential(name) ? new(name, null, Withheld) : new(name, value, null);
}
