using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Outbox.Dispatching;
using Outbox.Events;
using Outbox.Notices;
using Outbox.Profiles;
using Outbox.Sending;
using Outbox.Signing;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>The endpoint registry: checks what customers ask for, keeps secrets write-only, and tells the housekeeper of changes.</summary>
internal sealed class WebhookEndpoints(
    IEndpointStore store,
    StoreGate gate,
    ProfileCatalogue profiles,
    SecretVault vault,
    Housekeeper housekeeper,
    NoticeWriter notices,
    NoticeBoard board,
    IdGenerator ids,
    IOptions<WebhookOutboxOptions> options,
    TimeProvider clock,
    IRandomSource random) : IWebhookEndpoints
{
    private const string DisabledByRequest = "disabled by request";

    private static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(30);

    private readonly WebhookOutboxOptions _options = options.Value;

    public async Task<EndpointRegistration> PutAsync(
        WebhookEndpoint endpoint, DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        var put = new Putting(this, Wish(endpoint));
        await gate.OpenAsync(cancellationToken);
        return put.Registration(await StoreAsync(put.Lookup, put.Change, transaction, cancellationToken));
    }

    /// <summary>The same in a transaction of which only <paramref name="store"/> knows.</summary>
    public EndpointRegistration Put(WebhookEndpoint endpoint, Func<EndpointLookup, Func<StoredEndpoint?, EndpointChange>, StoredEndpoint> store)
    {
        var put = new Putting(this, Wish(endpoint));
        return put.Registration(store(put.Lookup, put.Change));
    }

    /// <summary>An endpoint was changed in a transaction that is committed now.</summary>
    public void Changed() => housekeeper.Wake();

    public async Task<EndpointInfo?> GetAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        await gate.OpenAsync(cancellationToken);
        return await store.GetAsync(id, cancellationToken) is { } stored ? Show(stored) : null;
    }

    public async Task<IReadOnlyList<EndpointInfo>> ListAsync(EndpointFilter? filter = null, CancellationToken cancellationToken = default)
    {
        await gate.OpenAsync(cancellationToken);
        var stored = await store.ListAsync(filter ?? new EndpointFilter(), cancellationToken);
        return [.. stored.Select(Show)];
    }

    public async Task<bool> EnableAsync(string id, CancellationToken cancellationToken = default) =>
        await ChangeAsync(id, Enable, cancellationToken) is not null;

    public async Task<bool> DisableAsync(string id, string reason, CancellationToken cancellationToken = default)
    {
        OperatorReason.Check(reason);
        return await ChangeAsync(id, stored => Disable(stored, reason), cancellationToken) is not null;
    }

    public async Task<bool> DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        await gate.OpenAsync(cancellationToken);
        var deleted = await store.DeleteAsync(id, cancellationToken);
        housekeeper.Wake();
        return deleted;
    }

    public async Task<EndpointRegistration?> RotateSecretAsync(
        string id, string? newSecret = null, TimeSpan? overlap = null, CancellationToken cancellationToken = default)
    {
        var lasting = overlap ?? _options.SecretOverlap;
        if (lasting < TimeSpan.Zero || lasting > MaxOverlap)
        {
            throw new WebhookValidationException("overlap", $"The overlap is {lasting}; give zero to {MaxOverlap}.");
        }

        string? generated = null;
        var stored = await ChangeAsync(
            id,
            existing =>
            {
                var profile = profiles.Get(existing.Profile);
                generated = newSecret is null ? Generate(profile) : null;
                profile.ValidateSecret(newSecret ?? generated);
                return WithSecrets(existing, newSecret ?? generated!, lasting);
            },
            cancellationToken);
        return stored is null ? null : new EndpointRegistration(Show(stored), Created: false, Shown(generated));
    }

    private EndpointWish Wish(WebhookEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var profile = profiles.Get(endpoint.Profile);
        return new EndpointWish(endpoint, profile, WebhookUrl.Parse(endpoint.Url, _options.Sending).AbsoluteUri, _options);
    }

    private async Task<StoredEndpoint?> ChangeAsync(string id, Func<StoredEndpoint, StoredEndpoint> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(id);
        await gate.OpenAsync(cancellationToken);
        try
        {
            return await StoreAsync(
                new EndpointLookup { Id = id },
                existing => WithNotice(existing, change(existing ?? throw new NoSuchEndpointException())),
                transaction: null,
                cancellationToken);
        }
        catch (NoSuchEndpointException)
        {
            return null;
        }
    }

    private async Task<StoredEndpoint> StoreAsync(
        EndpointLookup lookup, Func<StoredEndpoint?, EndpointChange> change, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        NewEvent? notice = null;
        var stored = await store.PutAsync(
            lookup,
            existing =>
            {
                var changed = change(existing);
                notice = changed.Notice;
                return changed;
            },
            transaction,
            cancellationToken);
        housekeeper.Wake();
        board.Post(notice is null ? [] : [notice], transaction);
        return stored;
    }

    private EndpointChange WithNotice(StoredEndpoint? existing, StoredEndpoint changed) =>
        new(changed, existing is { DisabledAt: null } && changed.DisabledAt is not null ? notices.Disabled(changed) : null);

    private (StoredEndpoint Changed, string? Generated) Change(EndpointWish wish, StoredEndpoint? existing)
    {
        wish.CheckAgainst(existing);
        var now = Now;
        var changed = (existing ?? wish.New(ids.NewEndpointId(), now)) with
        {
            Url = wish.Url,
            Scope = wish.Endpoint.Scope.ToString(),
            Profile = wish.Profile.Name,
            EventTypes = wish.EventTypes,
            ShipTranscript = wish.Endpoint.ShipTranscript,
            MaxInFlight = wish.Endpoint.MaxInFlight,
            MaxPerSecond = wish.Endpoint.MaxPerSecond,
            ExpiresAt = wish.Endpoint.ExpiresAt,
        };
        changed = !wish.Endpoint.Enabled ? Disable(changed, DisabledByRequest)
            : existing is { DisabledAt: null } && string.Equals(existing.Url, changed.Url, StringComparison.Ordinal) ? changed
            : Enable(changed);

        var given = wish.Endpoint.Secret;
        if (given is null && existing is { Secrets.IsEmpty: false })
        {
            return (Keep(existing, changed, wish.Profile), null);
        }

        var generated = given is null && wish.Profile.Secret.Requirement == SecretRequirement.Generated ? Generate(wish.Profile) : null;
        wish.Profile.ValidateSecret(given ?? generated);
        var secret = given ?? generated;
        return (secret is null ? changed : WithSecrets(changed, secret, overlap: TimeSpan.Zero), generated);
    }

    /// <summary>
    /// The secret that stays must fit the profile; the one before it signs no longer where it does not. While their key is lost, nobody can say:
    /// then the profile must stay too.
    /// </summary>
    private StoredEndpoint Keep(StoredEndpoint existing, StoredEndpoint changed, WebhookProfile profile)
    {
        if (string.Equals(existing.Profile, profile.Name, StringComparison.Ordinal))
        {
            return changed;
        }

        if (KeyPair.IsPublicKey(existing.SecretHint) && profile.Signature.Ed25519 is null)
        {
            throw new WebhookValidationException(
                "secret", $"The endpoint has a key pair, and the profile '{profile.Name}' signs with shared secrets only. Give a new secret, or keep the profile '{existing.Profile}'.");
        }

        try
        {
            var secrets = vault.Open(existing.Secrets, existing.Tenant, existing.Id);
            profile.ValidateSecret(secrets[0].Value);
            var fitting = secrets.Where(secret => SigningSecret.Problem(profile, secret.Value) is null).ToList();
            return changed with
            {
                Secrets = vault.Seal(fitting, changed.Tenant, changed.Id),
                PreviousSecretUntil = fitting.Count > 1 ? existing.PreviousSecretUntil : null,
            };
        }
        catch (CryptographicException)
        {
            throw new WebhookValidationException(
                "secret", $"The stored secret cannot be read now, so it cannot be checked against the profile '{profile.Name}'. Give a new secret, or keep the profile '{existing.Profile}'.");
        }
    }

    /// <summary>What failed before, another receiver or one that was mended since, says nothing any more.</summary>
    private static StoredEndpoint Enable(StoredEndpoint stored) => stored with
    {
        DisabledAt = null,
        DisabledReason = null,
        FailuresInARow = 0,
        FailingSince = null,
        BlockedUntil = null,
    };

    private StoredEndpoint Disable(StoredEndpoint stored, string reason) => stored with
    {
        DisabledAt = stored.DisabledAt ?? Now,
        DisabledReason = reason,
    };

    private StoredEndpoint WithSecrets(StoredEndpoint stored, string secret, TimeSpan overlap)
    {
        var until = Now + overlap;
        var secrets = new List<EndpointSecret> { new(secret, Until: null) };
        if (overlap > TimeSpan.Zero && Previous(stored) is { } previous && !previous.Is(secret))
        {
            secrets.Add(previous with { Until = until });
        }

        return stored with
        {
            Secrets = vault.Seal(secrets, stored.Tenant, stored.Id),
            SecretHint = SecretVault.Hint(secret, profiles.Get(stored.Profile).Signature),
            PreviousSecretUntil = secrets.Count > 1 ? until : null,
        };
    }

    // Stores keep milliseconds; what a put returns is what a get will.
    private DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds());

    private EndpointSecret? Newest(StoredEndpoint stored) => vault.Open(stored.Secrets, stored.Tenant, stored.Id) is [var newest, ..] ? newest : null;

    // A secret whose key is lost for good must be replaceable; it could not sign beside its successor anyway.
    private EndpointSecret? Previous(StoredEndpoint stored)
    {
        try
        {
            return Newest(stored);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private string Generate(WebhookProfile profile)
    {
        Span<byte> bytes = stackalloc byte[SigningSecret.GeneratedSize];
        random.Fill(bytes);
        return profile.GenerateSecret(bytes);
    }

    // The half of a key pair that signs leaves the outbox for nobody.
    private static string? Shown(string? generated) => generated is null || KeyPair.IsPrivateKey(generated) ? null : generated;

    private EndpointInfo Show(StoredEndpoint stored) => new()
    {
        Id = stored.Id,
        Tenant = stored.Tenant,
        Scope = WebhookScope.Parse(stored.Scope),
        Url = stored.Url,
        Profile = stored.Profile,
        EventTypes = stored.EventTypes,
        ShipTranscript = stored.ShipTranscript,
        MaxInFlight = stored.MaxInFlight,
        MaxPerSecond = stored.MaxPerSecond,
        FailuresInARow = stored.FailuresInARow,
        FailingSince = stored.FailingSince,
        BlockedUntil = stored.BlockedUntil,
        ExpiresAt = stored.ExpiresAt,
        DisabledReason = stored.DisabledReason,
        DisabledAt = stored.DisabledAt,
        Draining = stored.Draining,
        SecretHint = KeyPair.IsPublicKey(stored.SecretHint) ? null : stored.SecretHint,
        PublicKey = KeyPair.IsPublicKey(stored.SecretHint) ? stored.SecretHint : null,
        PreviousSecretUntil = stored.PreviousSecretUntil > clock.GetUtcNow() ? stored.PreviousSecretUntil : null,
        CreatedAt = stored.CreatedAt,
    };

    /// <summary>One put: what the store's transaction calls, which may be more than once, and what came of it.</summary>
    private sealed class Putting(WebhookEndpoints endpoints, EndpointWish wish)
    {
        private bool _created;
        private string? _generated;

        public EndpointLookup Lookup => wish.Lookup;

        public EndpointChange Change(StoredEndpoint? existing)
        {
            _created = existing is null;
            (var changed, _generated) = endpoints.Change(wish, existing);
            return endpoints.WithNotice(existing, changed);
        }

        public EndpointRegistration Registration(StoredEndpoint stored) => new(endpoints.Show(stored), _created, Shown(_generated));
    }

    // Thrown through the store's transaction, which it rolls back.
    private sealed class NoSuchEndpointException : Exception;
}
