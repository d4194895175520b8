using Outbox.Deliveries;
using Outbox.Signing;

namespace Outbox.Profiles;

/// <summary>
/// How a delivery looks on the wire and what counts as success. A profile is data: take a built-in one and vary it,
/// <c>WebhookProfile.Ttma with { Name = "acme", Timeout = TimeSpan.FromSeconds(5) }</c>, or write one from scratch. What is left out
/// is as in <see cref="Standard"/>. Profiles are compared by value. A profile that contradicts itself stops the host at start-up.
/// </summary>
public sealed record WebhookProfile
{
    private readonly EquatableList<string>? _eventTypes;
    private readonly EquatableList<ProfileHold> _holds = new();

    /// <summary>
    /// TTMA's format: <c>t=…,v1=…</c> in one header, one endpoint per phone number, and a wait of up to 60 s for the recording.
    /// </summary>
    public static WebhookProfile Ttma => BuiltInProfiles.Ttma;

    /// <summary>TalkifAI's format: <c>sha256=…</c> over the body; only status 200 is success.</summary>
    public static WebhookProfile TalkifAi => BuiltInProfiles.TalkifAi;

    /// <summary>TopCalls' format: the data itself is the body, the signature is optional, and completed calls wait about 15 s.</summary>
    public static WebhookProfile TopCalls => BuiltInProfiles.TopCalls;

    /// <summary>Truedy's format: the timestamp in a header of its own and signed together with the body.</summary>
    public static WebhookProfile Truedy => BuiltInProfiles.Truedy;

    /// <summary>HuskyVoice's format: the bare hexadecimal signature of the body, and the tenant in the envelope.</summary>
    public static WebhookProfile HuskyVoice => BuiltInProfiles.HuskyVoice;

    /// <summary>The Standard Webhooks specification, version 1, with symmetric signatures (standardwebhooks.com).</summary>
    public static WebhookProfile Standard => BuiltInProfiles.Standard;

    /// <summary>The built-in profiles: ttma, talkifai, topcalls, truedy, huskyvoice, standard.</summary>
    public static IReadOnlyList<WebhookProfile> BuiltIn => BuiltInProfiles.All;

    /// <summary>
    /// What endpoints choose the profile by, and what is stored with them: 1 to 64 of <c>a-z</c>, <c>0-9</c>, <c>-</c> and <c>_</c>,
    /// the first a letter or digit.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>What surrounds the data in the body. Default: <c>type</c>, <c>timestamp</c> in milliseconds, <c>data</c>.</summary>
    public WebhookEnvelope Envelope { get; init; } = BuiltInProfiles.StandardEnvelope;

    /// <summary>How a delivery is signed. Default: Standard Webhooks.</summary>
    public SignatureScheme Signature { get; init; } = SignatureScheme.StandardWebhooks;

    /// <summary>
    /// A header that carries the delivery's id, for receivers to recognise a repeat by where neither the envelope nor a signed header
    /// has an id. It is not covered by the signature. Default: null, no such header.
    /// </summary>
    public string? DeliveryIdHeader { get; init; }

    /// <summary>The status codes that mean "received". Default: 200 to 299.</summary>
    public StatusRange Success { get; init; } = StatusRange.AnySuccess;

    /// <summary>
    /// How long one attempt may take, from connecting to the last byte read. More than zero, at most 60 s. Default: 15 s.
    /// </summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// When a failed delivery is tried again. Default: 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h after the try before.
    /// </summary>
    public RetrySchedule Retries { get; init; } = BuiltInProfiles.StandardRetries;

    /// <summary>
    /// Whether the answer 410 Gone disables the endpoint and parks what it is still owed; otherwise 410 is a failure like any other and
    /// is tried again. Default: true.
    /// </summary>
    public bool GoneDisables { get; init; } = true;

    /// <summary>Whether endpoints need a secret, and how short it may be. Default: generated; a given one has at least 24 bytes.</summary>
    public SecretRule Secret { get; init; } = SecretRule.Generated(24);

    /// <summary>
    /// Whether a scope has at most one endpoint with this profile, so that putting another overwrites it. Default: false, any number.
    /// </summary>
    public bool OneEndpointPerScope { get; init; }

    /// <summary>The event types that endpoints may choose from. Copied when set. Default: null, whatever the host enqueues.</summary>
    public IReadOnlyList<string>? EventTypes
    {
        get => _eventTypes;
        init => _eventTypes = value is null ? null : EquatableList<string>.From(value);
    }

    /// <summary>What events wait for, unless the event says otherwise. Copied when set. Default: nothing.</summary>
    public IReadOnlyList<ProfileHold> Holds
    {
        get => _holds;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            _holds = EquatableList<ProfileHold>.From(value);
        }
    }

    /// <summary>What events of one type wait for, as an event takes it: <c>Holds = profile.HoldsFor("call.ended")</c>. Empty when they go out at once.</summary>
    /// <param name="eventType">The event's type, compared exactly.</param>
    public IReadOnlyList<WebhookHold> HoldsFor(string eventType) =>
    [
        .. _holds
            .Where(hold => string.Equals(hold.EventType, eventType, StringComparison.Ordinal))
            .Select(hold => new WebhookHold(hold.Artifact, hold.Deadline)),
    ];

    /// <summary>The headers that the profile sets itself; no event may bring one of them.</summary>
    internal IEnumerable<string> OwnHeaders =>
        new[] { DeliveryIdHeader, Signature.IdHeader, Signature.TimestampHeader, Signature.Header }.OfType<string>();

    /// <summary>Refuses a secret, or the lack of one, that the profile does not allow.</summary>
    /// <exception cref="WebhookValidationException">
    /// The secret does not do. The message names its length and the cure, never its value.
    /// </exception>
    internal void ValidateSecret(string? secret)
    {
        if (SigningSecret.Problem(this, secret) is { } problem)
        {
            throw new WebhookValidationException("secret", problem);
        }
    }

    /// <summary>Makes a secret of the profile's form.</summary>
    /// <param name="randomBytes">32 bytes of a cryptographic random source.</param>
    internal string GenerateSecret(ReadOnlySpan<byte> randomBytes) =>
        Signature.Ed25519 is { } ed25519 ? KeyPair.Generate(ed25519, randomBytes) : SigningSecret.Generate(Signature.Key, randomBytes);
}
