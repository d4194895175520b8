using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Outbox.Diagnostics;

namespace Outbox.Endpoints;

/// <summary>The host said that secrets are to be stored as plain text.</summary>
internal sealed class PlainTextSecretsChosen;

/// <summary>Stops a host outside Development that would store secrets as plain text without having said so.</summary>
internal sealed class SecretProtectionCheck : IHostedService
{
    public SecretProtectionCheck(IServiceProvider services, ILogger<SecretProtectionCheck> logger)
    {
        if (services.GetService<ISecretProtector>() is not null || services.GetService<PlainTextSecretsChosen>() is not null)
        {
            return;
        }

        if (services.GetService<IHostEnvironment>() is { } environment && !environment.IsDevelopment())
        {
            throw new InvalidOperationException(
                $"Endpoint secrets would be stored as plain text in the environment '{environment.EnvironmentName}': whoever reads the database could forge webhooks. "
                + "Chain .ProtectSecrets(configuration[\"Webhooks:SecretKey\"]) with a key from 'openssl rand -base64 32', or .UseDataProtection() of Outbox.AspNetCore, or, if plain text is meant, .StoreSecretsInPlainText().");
        }

        Log.SecretsArePlainText(logger);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
