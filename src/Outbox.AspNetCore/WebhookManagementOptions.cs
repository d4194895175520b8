using Microsoft.AspNetCore.Http;

namespace Outbox.AspNetCore;

/// <summary>Who may do what in one mapping of the management API, and what is masked. Policies are names of the host's own authorization policies.</summary>
public sealed class WebhookManagementOptions
{
    /// <summary>
    /// The policy of those who may change things: endpoints, replay, cancel, erase, test. Null: everybody whom the mapping's own authorization lets
    /// in. Default: null.
    /// </summary>
    public string? OperatorPolicy { get; set; }

    /// <summary>A policy of those who may look at all, besides the mapping's own authorization. Null: no further one. Default: null.</summary>
    public string? ReaderPolicy { get; set; }

    /// <summary>Whether this mapping changes nothing, whoever calls. Default: false.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>
    /// Makes this a mapping for customers: gives the caller's tenant, and only rows of endpoints of that tenant are shown; every other id is answered
    /// as one that does not exist. Where it returns null the caller is refused. Null: a mapping for the platform's own people, who see every
    /// tenant. Default: null.
    /// </summary>
    public Func<HttpContext, string?>? Tenant { get; set; }

    /// <summary>
    /// The policy of those who see the paths of URLs, which are secrets with many receivers; the others see the host name. Null: those who may
    /// change things. Default: null.
    /// </summary>
    public string? UrlPathPolicy { get; set; }

    /// <summary>The policy of those who see payloads and receivers' answers. Null: everybody who may look. Default: null.</summary>
    public string? PayloadPolicy { get; set; }

    /// <summary>
    /// Example data for an event type, a JSON object, for the catalogue, test events and the tester. Where it returns null the built-in example is
    /// taken. Default: null, the built-in ones.
    /// </summary>
    public Func<string, string?>? ExampleData { get; set; }

    /// <summary>How many live streams may be open in this process at once. Default: 100.</summary>
    public int MaxLiveStreams { get; set; } = 100;

    /// <summary>How many operations (replays, drains, erasures) may run in this process at once. Default: 8.</summary>
    public int MaxRunningOperations { get; set; } = 8;
}
