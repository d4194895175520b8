using Outbox.Json;

namespace Outbox;

/// <summary>
/// What an endpoint listens to: a phone number, a campaign, one call, a tenant, or everything. An event names the scopes it belongs to;
/// it goes to every endpoint whose scope is one of them. Written as text it reads <c>number:+16473705600</c>, <c>campaign:spring</c>,
/// <c>call:call_1</c>, <c>tenant:org_1</c> or <c>all</c>; and <c>notices</c> for what the outbox itself tells.
/// </summary>
public sealed record WebhookScope
{
    /// <summary>The longest text form of a scope, in characters.</summary>
    public const int MaxLength = 256;

    private static readonly string[] Kinds = ["number", "campaign", "call", "tenant"];

    private readonly string _text;

    private WebhookScope(string text) => _text = text;

    /// <summary>Every event of the platform, or of the endpoint's tenant where the endpoint has one.</summary>
    public static WebhookScope All { get; } = new("all");

    /// <summary>
    /// What the outbox tells operators (<see cref="WebhookNotice"/>), of every tenant or of the endpoint's own. No event of the platform has this
    /// scope, and <see cref="All"/> does not include it.
    /// </summary>
    public static WebhookScope Notices { get; } = new("notices");

    /// <summary>Events of calls from or to one phone number, in the form the platform stores it (E.164 is best: <c>+16473705600</c>).</summary>
    public static WebhookScope Number(string number) => Of("number", number);

    /// <summary>Events of one campaign and of its calls.</summary>
    public static WebhookScope Campaign(string campaignId) => Of("campaign", campaignId);

    /// <summary>Events of one call. An event belongs to the call that is its <see cref="WebhookEvent.Subject"/> without saying so.</summary>
    public static WebhookScope Call(string callId) => Of("call", callId);

    /// <summary>Events of one tenant. An event belongs to its <see cref="WebhookEvent.Tenant"/> without saying so.</summary>
    public static WebhookScope Tenant(string tenant) => Of("tenant", tenant);

    /// <summary>Reads the text form; a bare phone number that starts with <c>+</c> is a number scope.</summary>
    /// <exception cref="WebhookValidationException">The text is none of the forms; the message lists them.</exception>
    public static WebhookScope Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text is "all")
        {
            return All;
        }

        if (text is "notices")
        {
            return Notices;
        }

        if (text.StartsWith('+'))
        {
            return Number(text);
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && Kinds.Contains(text[..colon], StringComparer.Ordinal))
        {
            return Of(text[..colon], text[(colon + 1)..]);
        }

        throw new WebhookValidationException(
            "scope",
            $"'{text}' is not a scope. Write 'number:+16473705600' (or just '+16473705600'), 'campaign:<id>', 'call:<id>', 'tenant:<id>', 'all' or 'notices'.");
    }

    /// <summary>The same as <see cref="Parse"/>, so that <c>Scopes = [call.From]</c> reads well.</summary>
    public static implicit operator WebhookScope(string text) => Parse(text);

    /// <summary>The same as the implicit conversion, for languages without one.</summary>
    public static WebhookScope FromString(string text) => Parse(text);

    /// <summary>The text form, which <see cref="Parse"/> reads back.</summary>
    public override string ToString() => _text;

    private static WebhookScope Of(string kind, string value)
    {
        var trimmed = value?.Trim();
        if (string.IsNullOrEmpty(trimmed) || trimmed.Any(char.IsControl) || Utf16.IndexOfLoneSurrogate(trimmed) >= 0)
        {
            throw new WebhookValidationException("scope", $"A {kind} scope needs the {kind} after '{kind}:', without control characters.");
        }

        var text = $"{kind}:{trimmed}";
        return text.Length <= MaxLength
            ? new WebhookScope(text)
            : throw new WebhookValidationException("scope", $"A scope is at most {MaxLength} characters; this {kind} scope has {text.Length}.");
    }
}
