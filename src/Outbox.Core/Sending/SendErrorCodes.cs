namespace Outbox.Sending;

/// <summary>Why an attempt brought no usable status. Stable: stored with attempts, shown to operators, counted in metrics.</summary>
internal static class SendErrorCodes
{
    /// <summary>No complete answer within the profile's timeout.</summary>
    public const string Timeout = "timeout";

    /// <summary>No connection (name, TCP, TLS) within <see cref="WebhookSendingOptions.ConnectTimeout"/>.</summary>
    public const string ConnectTimeout = "connect_timeout";

    /// <summary>The name does not resolve.</summary>
    public const string Dns = "dns";

    /// <summary>The name resolves to at least one address that webhooks may not be sent to.</summary>
    public const string RefusedAddress = "refused_address";

    /// <summary>Nobody accepts the connection.</summary>
    public const string Connect = "connect";

    /// <summary>The TLS handshake failed, or the certificate is not valid for the host.</summary>
    public const string Tls = "tls";

    /// <summary>The connection closed before an answer was there. The receiver may have seen the request.</summary>
    public const string Reset = "reset";

    /// <summary>What came back is not an HTTP/1.1 answer, or has a status that says nothing.</summary>
    public const string Protocol = "protocol";

    /// <summary>The answer's headers exceed 16 KiB.</summary>
    public const string HeadersTooLarge = "headers_too_large";

    /// <summary>A call's answer is larger than the call allows.</summary>
    public const string AnswerTooLarge = "answer_too_large";

    /// <summary>A call's answer broke off, or was not there in time.</summary>
    public const string AnswerIncomplete = "answer_incomplete";

    /// <summary>The stored URL breaks the rules of today: its scheme or port.</summary>
    public const string InvalidUrl = "invalid_url";

    /// <summary>A header to send is not fit for the wire. Nothing was sent.</summary>
    public const string InvalidHeader = "invalid_header";

    /// <summary>A strategy of the host's HTTP pipeline rejected the attempt, or tried to send it twice.</summary>
    public const string Pipeline = "pipeline";

    /// <summary>The outbox itself failed around the attempt; its log has the details.</summary>
    public const string Internal = "internal";

    /// <summary>None of the above; the detail names the exception's type.</summary>
    public const string Unexpected = "unexpected";
}
