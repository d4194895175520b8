using System.Net;

namespace Outbox.Sending;

/// <summary>
/// Where webhooks may be sent and how long one attempt may take. The defaults are for customers who choose their own URLs: https on
/// port 443, public addresses only. See docs/security.md. Set before the host starts; later changes have no effect.
/// </summary>
public sealed class WebhookSendingOptions
{
    /// <summary>Ports that a URL may name. Default: 443 only. Checked at registration and again at each connection.</summary>
    public ISet<int> AllowedPorts { get; } = new HashSet<int> { 443 };

    /// <summary>
    /// Networks that may be reached although the built-in rules refuse them, such as a partner's <c>10.20.0.0/16</c>. An IPv4 address
    /// embedded in an allowed IPv6 address is still checked by itself. Default: none.
    /// </summary>
    public IList<IPNetwork> AllowedNetworks { get; } = [];

    /// <summary>
    /// Networks that are never reached, whatever else allows them: your own public ranges, a NAT64 prefix of your own. Default: none.
    /// </summary>
    public IList<IPNetwork> RefusedNetworks { get; } = [];

    /// <summary>Whether a URL may name an IP address instead of a host name. The address is checked all the same. Default: false.</summary>
    public bool AllowIpLiterals { get; set; }

    /// <summary>
    /// The development switch: lets URLs use http, loopback addresses, any port, IP literals and <c>localhost</c>. Other private
    /// addresses stay refused. Default: false. The host refuses to start with it outside the Development environment unless
    /// <see cref="AllowLocalReceiversOutsideDevelopment"/> is set too.
    /// </summary>
    public bool AllowLocalReceivers { get; set; }

    /// <summary>Says that <see cref="AllowLocalReceivers"/> is meant, outside Development too. Default: false.</summary>
    public bool AllowLocalReceiversOutsideDevelopment { get; set; }

    /// <summary>The longest that name resolution, TCP and TLS may take together. Default: 5 s. Measured by the system's clock.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The longest that the answer's body is read, after its headers have arrived. When it runs out the attempt is judged by the status
    /// line. Default: 2 s.
    /// </summary>
    public TimeSpan BodyTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How many bytes of an answer's body are kept, in UTF-8. The rest is never read. Default: 16,384.</summary>
    public int MaxExcerptBytes { get; set; } = 16 * 1024;

    /// <summary>
    /// Whether a request carries a <c>traceparent</c> header (W3C Trace Context) with the id of its own <c>deliver</c> span, for receivers of your
    /// own that join the trace. Never <c>tracestate</c> or baggage. Default: false, so that customers learn nothing of your traces.
    /// </summary>
    public bool SendTraceParent { get; set; }

    /// <summary>The User-Agent header. Default: <c>Outbox/</c> and the library's version.</summary>
    public string UserAgent { get; set; } = "Outbox/" + typeof(WebhookSendingOptions).Assembly.GetName().Version!.ToString(3);

    /// <summary>The longest that an attempt with this timeout can last.</summary>
    internal TimeSpan LongestAttempt(TimeSpan timeout) => timeout + BodyTimeout;
}
