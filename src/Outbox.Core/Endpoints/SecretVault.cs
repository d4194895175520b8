using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>A signing secret of an endpoint. The current one has no end; the one before it signs until the overlap is over.</summary>
internal sealed record EndpointSecret(string Value, DateTimeOffset? Until)
{
    public override string ToString() => SecretVault.Hint(Value);
}

/// <summary>
/// Turns an endpoint's secrets into the bytes that a store keeps, and back. Nothing else reads those bytes. They are encrypted where the host
/// has a protector; what was stored before it had one is still read.
/// </summary>
internal sealed class SecretVault(ISecretProtector? protector = null)
{
    private const int HintLength = 4;
    private const byte PlainTextBegins = (byte)'[';

    /// <summary>What may be shown of a secret.</summary>
    public static string Hint(string secret) => secret[^Math.Min(HintLength, secret.Length)..];

    public ReadOnlyMemory<byte> Seal(IReadOnlyList<EndpointSecret> secrets, string? tenant, string endpointId)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(secrets, SecretsJson.Default.IReadOnlyListEndpointSecret);
        return protector is null ? json : protector.Protect(json, Purpose(tenant, endpointId));
    }

    /// <summary>The endpoint's secrets, newest first.</summary>
    /// <exception cref="CryptographicException">They are encrypted and cannot be read.</exception>
    public IReadOnlyList<EndpointSecret> Open(ReadOnlyMemory<byte> stored, string? tenant, string endpointId)
    {
        if (stored.IsEmpty)
        {
            return [];
        }

        var json = stored.Span[0] == PlainTextBegins ? stored.Span
            : protector is not null ? protector.Unprotect(stored.Span, Purpose(tenant, endpointId))
            : throw new CryptographicException("the stored secret is encrypted and this host has no key: call ProtectSecrets");
        return JsonSerializer.Deserialize(json, SecretsJson.Default.IReadOnlyListEndpointSecret)!;
    }

    /// <summary>Whether the bytes are as <see cref="Seal"/> would make them now, with the key that encrypts now.</summary>
    public bool IsCurrent(ReadOnlyMemory<byte> stored) => stored.IsEmpty || protector is null || protector.IsCurrent(stored.Span);

    /// <summary>The secrets that sign now, newest first.</summary>
    /// <exception cref="CryptographicException">They are encrypted and cannot be read.</exception>
    public IReadOnlyList<string> Signing(ClaimedEndpoint endpoint, DateTimeOffset now)
    {
        var secrets = Open(endpoint.Secrets, endpoint.Tenant, endpoint.Id);
        var signing = new List<string>(secrets.Count);
        foreach (var secret in secrets)
        {
            if (secret.Until is null || secret.Until > now)
            {
                signing.Add(secret.Value);
            }
        }

        return signing;
    }

    private static string Purpose(string? tenant, string endpointId) => $"Outbox.EndpointSecret/{tenant?.Length ?? -1}/{tenant}/{endpointId}";
}

[JsonSerializable(typeof(IReadOnlyList<EndpointSecret>))]
internal sealed partial class SecretsJson : JsonSerializerContext;
