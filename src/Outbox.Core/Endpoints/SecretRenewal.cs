using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;
using Outbox.Dispatching;
using Outbox.Storage;

namespace Outbox.Endpoints;

/// <summary>After a start: encrypts again, with the current key, the secrets that an older key (or none) protects. Then an old key may go.</summary>
internal sealed class SecretRenewal(IEndpointStore store, SecretVault vault, TimeProvider clock, IRandomSource random, ILogger<SecretRenewal> logger)
{
    private readonly StoreTrouble _trouble = new("renew secrets", clock, random, logger);

    public Task RunAsync(CancellationToken stop) => _trouble.UntilDoneAsync(RenewAsync, stop);

    private async Task RenewAsync(CancellationToken stop)
    {
        var renewed = 0;
        foreach (var endpoint in await store.ListAsync(new EndpointFilter(), stop))
        {
            if (!vault.IsCurrent(endpoint.Secrets) && await RenewAsync(endpoint.Id, stop))
            {
                renewed++;
            }
        }

        if (renewed > 0)
        {
            Log.SecretsRenewed(logger, renewed);
        }
    }

    private async Task<bool> RenewAsync(string id, CancellationToken stop)
    {
        try
        {
            await store.PutAsync(new EndpointLookup { Id = id }, existing => Renew(existing ?? throw new DeletedMeanwhileException()), transaction: null, stop);
            return true;
        }
        catch (CryptographicException e)
        {
            Log.SecretUnreadable(logger, id, e.Message);
            return false;
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

    private sealed class DeletedMeanwhileException : Exception;
}
