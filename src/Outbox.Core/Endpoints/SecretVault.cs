using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Outbox.Signing;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>A signing secret of an endpoint. The current one has no end; the one before it signs until the overlap is over.</summary>
internal sealed record EndpointSecret(string Value, DateTimeOffset? Until)
{
    public bool Is(string value) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(Value.AsSpan()), MemoryMarshal.AsBytes(value.AsSpan()));

    public override string ToString() => SecretVault.Hint(Value);
}

/// <summary>
/// Turns an endpoint's secrets into the bytes that a store keeps, and back. Nothing else reads those bytes. They are encrypted where the host
/// has a protector: the first encrypts, all decrypt. What was stored before it had one is still read.
/// </summary>
internal sealed class SecretVault(params IEnumerable<ISecretProtector> protectors)
{
    private const int HintLength = 4;

    // What signs is opened anew now and then, so that a key that is gone is missed soon; a busy endpoint's is not opened for each delivery.
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(1);
    private const int MostKept = 10_000;

    // The first byte says how the rest is to be read. A protector's bytes may begin with anything, so they get one in front.
    private const byte PlainText = (byte)'[';
    private const byte Encrypted = 1;

    private readonly ISecretProtector[] _protectors = [.. protectors];
    private readonly ConcurrentDictionary<string, Opened> _opened = new(StringComparer.Ordinal);

    /// <summary>What may be shown of a secret: its end, and never more than a quarter of it.</summary>
    public static string Hint(string secret) => secret[^Math.Min(HintLength, secret.Length / 4)..];

    /// <summary>The same under a scheme: of a key pair, the whole public key.</summary>
    public static string Hint(string secret, SignatureScheme scheme) => KeyPair.PublicKeyOf(secret, scheme) ?? Hint(secret);

    public ReadOnlyMemory<byte> Seal(IReadOnlyList<EndpointSecret> secrets, string? tenant, string endpointId)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(secrets, SecretsJson.Default.IReadOnlyListEndpointSecret);
        return _protectors is [var first, ..] ? (byte[])[Encrypted, .. first.Protect(json, Purpose(tenant, endpointId))] : json;
    }

    /// <summary>The endpoint's secrets, newest first.</summary>
    /// <exception cref="CryptographicException">They are encrypted and cannot be read.</exception>
    public IReadOnlyList<EndpointSecret> Open(ReadOnlyMemory<byte> stored, string? tenant, string endpointId)
    {
        if (stored.IsEmpty)
        {
            return [];
        }

        var json = stored.Span[0] == PlainText ? stored.Span : Decrypt(stored.Span, Purpose(tenant, endpointId));
        try
        {
            return JsonSerializer.Deserialize(json, SecretsJson.Default.IReadOnlyListEndpointSecret)!;
        }
        catch (JsonException e)
        {
            throw new CryptographicException("the stored secret is damaged", e);
        }
    }

    /// <summary>Whether the bytes are as <see cref="Seal"/> would make them now, with the key that encrypts now.</summary>
    public bool IsCurrent(ReadOnlyMemory<byte> stored, string? tenant, string endpointId) =>
        stored.IsEmpty
        || (_protectors is [var first, ..]
            ? stored.Span[0] == Encrypted && IsCurrent(first, stored.Span[1..], Purpose(tenant, endpointId))
            : stored.Span[0] == PlainText);

    /// <summary>The secrets that sign now, newest first.</summary>
    /// <exception cref="CryptographicException">They are encrypted and cannot be read.</exception>
    public IReadOnlyList<string> Signing(ClaimedEndpoint endpoint, DateTimeOffset now)
    {
        var secrets = OpenOnce(endpoint, now);
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

    private IReadOnlyList<EndpointSecret> OpenOnce(ClaimedEndpoint endpoint, DateTimeOffset now)
    {
        if (_opened.TryGetValue(endpoint.Id, out var kept) && kept.IsOf(endpoint, now))
        {
            return kept.Secrets;
        }

        var secrets = Open(endpoint.Secrets, endpoint.Tenant, endpoint.Id);
        if (_opened.Count >= MostKept)
        {
            _opened.Clear();
        }

        _opened[endpoint.Id] = new Opened(endpoint.Secrets, endpoint.Tenant, secrets, now);
        return secrets;
    }

    private byte[] Decrypt(ReadOnlySpan<byte> stored, string purpose)
    {
        if (stored[0] != Encrypted)
        {
            throw new CryptographicException("the stored secret is not in a form that this version reads");
        }

        CryptographicException? failure = null;
        foreach (var protector in _protectors)
        {
            try
            {
                return protector.Unprotect(stored[1..], purpose);
            }
            catch (Exception e)
            {
                failure ??= Unreadable(e);
            }
        }

        throw failure ?? new CryptographicException("the stored secret is encrypted and this host has no key: call ProtectSecrets or UseDataProtection");
    }

    // What another protector made, and what the first has forgotten, it cannot know.
    private static bool IsCurrent(ISecretProtector protector, ReadOnlySpan<byte> ciphertext, string purpose)
    {
        try
        {
            return protector.IsCurrent(ciphertext, purpose);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // A key vault that is away is a lost key too: no attempt is spent on it. What it says may hold anything.
    private static CryptographicException Unreadable(Exception failure) =>
        failure as CryptographicException ?? new($"the host's secret protector failed ({failure.GetType().Name})", failure);

    private static string Purpose(string? tenant, string endpointId) => $"Outbox.EndpointSecret/{tenant?.Length ?? -1}/{tenant}/{endpointId}";

    private sealed record Opened(ReadOnlyMemory<byte> Stored, string? Tenant, IReadOnlyList<EndpointSecret> Secrets, DateTimeOffset At)
    {
        public bool IsOf(ClaimedEndpoint endpoint, DateTimeOffset now) =>
            (now - At).Duration() < KeptFor && string.Equals(Tenant, endpoint.Tenant, StringComparison.Ordinal) && Stored.Span.SequenceEqual(endpoint.Secrets.Span);
    }
}

[JsonSerializable(typeof(IReadOnlyList<EndpointSecret>))]
internal sealed partial class SecretsJson : JsonSerializerContext;
