using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>
/// After a start, and once a day: encrypts again, with the current key, the secrets that an older key (or none) protects, so that an old key
/// may go. What it cannot read it reports, and looks at again each minute.
/// </summary>
internal sealed class SecretRenewal(
    IEndpointStore store, SecretVault vault, SecretStatus status, TimeProvider clock, IRandomSource random, ILogger<SecretRenewal> logger)
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly StoreTrouble _trouble = new("renew secrets", clock, random, logger);
    private int _unreadable;

    public Task RunAsync(CancellationToken stop) => _trouble.RepeatAsync(
        async token =>
        {
            await ReadAllAsync(token);
            await status.WaitForTroubleAsync(_unreadable == 0 ? Day : Minute, token);
        },
        stop);

    private async Task ReadAllAsync(CancellationToken stop)
    {
        var renewed = 0;
        var unreadable = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var endpoint in await store.ListAsync(new EndpointFilter(), stop))
        {
            try
            {
                renewed += await RenewAsync(endpoint, stop) ? 1 : 0;
            }
            catch (CryptographicException e)
            {
                unreadable[endpoint.Id] = e.Message;
            }
        }

        status.SawAll(unreadable);
        Tell(renewed, unreadable);
    }

    private async Task<bool> RenewAsync(StoredEndpoint endpoint, CancellationToken stop)
    {
        vault.Open(endpoint.Secrets, endpoint.Tenant, endpoint.Id);
        if (vault.IsCurrent(endpoint.Secrets, endpoint.Tenant, endpoint.Id))
        {
            return false;
        }

        try
        {
            await store.PutAsync(
                new EndpointLookup { Id = endpoint.Id }, existing => Renew(existing ?? throw new DeletedMeanwhileException()), transaction: null, stop);
            return true;
        }
        catch (DeletedMeanwhileException)
        {
            return false;
        }
    }

    private StoredEndpoint Renew(StoredEndpoint endpoint) => endpoint with
    {
        Secrets = vault.Seal(vault.Open(endpoint.Secrets, endpoint.Tenant, endpoint.Id), endpoint.Tenant, endpoint.Id),
    };

    private void Tell(int renewed, Dictionary<string, string> unreadable)
    {
        if (renewed > 0)
        {
            Log.SecretsRenewed(logger, renewed);
        }

        if (unreadable.Count > 0)
        {
            var (id, reason) = unreadable.First();
            Log.SecretsUnreadable(logger, unreadable.Count, id, reason);
        }
        else if (_unreadable > 0)
        {
            Log.SecretsReadable(logger, _unreadable);
        }

        _unreadable = unreadable.Count;
    }

    private sealed class DeletedMeanwhileException : Exception;
}
