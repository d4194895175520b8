using Outbox.Profiles;
using Outbox.Signing;

#pragma warning disable IDE0130 // In the namespace that whoever calls AddWebhookOutbox has imported already.
namespace Outbox;

/// <summary>Standard Webhooks with asymmetric signatures (<c>v1a</c>, standardwebhooks.com): the sender alone can sign, anyone can verify.</summary>
public static class StandardWebhooksV1a
{
    /// <summary>
    /// The profile <c>standard-v1a</c>: as <see cref="WebhookProfile.Standard"/>, but an endpoint without a secret is given a key pair, whose public half is
    /// <see cref="EndpointInfo.PublicKey"/>. A secret that is given may be a private key (<c>whsk_</c> and base64 of 64 bytes, the key and its public key)
    /// or a shared one (<c>whsec_</c>), so that endpoints can go over: while a rotation overlaps, both sign in one header.
    /// </summary>
    /// <example>
    /// <code>
    /// services.AddWebhookOutbox().UseSqlite("Data Source=calls.db").AddProfile(StandardWebhooksV1a.Profile);
    /// </code>
    /// </example>
    public static WebhookProfile Profile { get; } = WebhookProfile.Standard with
    {
        Name = "standard-v1a",
        Signature = SignatureScheme.StandardWebhooks with { Ed25519 = new SodiumEd25519() },
    };
}
