using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace MinimalApiHost.ApiKeys;

/// <summary>A key of the configuration: <c>ApiKeys:0:Key</c>, <c>ApiKeys:0:Scopes:0</c> and, for a key of one tenant, <c>ApiKeys:0:Tenant</c>.</summary>
internal sealed record ApiKey
{
    public const string MayCall = "voice:call";
    public const string MayRead = "voice:read";

    public string Key { get; init; } = "";

    public IReadOnlyList<string> Scopes { get; init; } = [];

    public string? Tenant { get; init; }

    /// <summary>Compares hashes, in constant time: how far two keys agree must not be measurable.</summary>
    public bool Is(string presented) =>
        CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(Key)), SHA256.HashData(Encoding.UTF8.GetBytes(presented)));

    /// <summary>Names what the key may do, and not the key.</summary>
    public override string ToString() => $"{nameof(ApiKey)} with {string.Join(", ", Scopes)}";

    public IEnumerable<Claim> Claims() =>
        Scopes.Select(scope => new Claim("scope", scope)).Concat(Tenant is null ? [] : [new Claim("tenant", Tenant)]);
}

internal static class ApiKeyClaims
{
    /// <summary>The tenant that the caller's key belongs to; null for the platform's own keys, which see every tenant.</summary>
    public static string? Tenant(this ClaimsPrincipal caller) => caller.FindFirstValue("tenant");

    /// <summary>Whether the caller may see something of this tenant.</summary>
    public static bool Sees(this ClaimsPrincipal caller, string? tenant) => caller.Tenant() is not { } own || own == tenant;
}
