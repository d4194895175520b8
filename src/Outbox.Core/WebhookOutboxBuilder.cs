using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Outbox.Endpoints;
using Outbox.Profiles;
using Polly;

namespace Outbox;

internal sealed record WebhookOutboxBuilder(IServiceCollection Services, IHttpClientBuilder HttpClient) : IWebhookOutboxBuilder;

/// <summary>What a host did to the attempt's pipeline.</summary>
internal sealed record AttemptPipelineConfiguration(Action<ResiliencePipelineBuilder<HttpResponseMessage>> Apply);

/// <summary>What may be added to the outbox beside its store.</summary>
public static class WebhookOutboxBuilderExtensions
{
    /// <summary>Adds a wire profile of the host's own, or replaces a built-in one of the same name.</summary>
    /// <param name="builder">The outbox.</param>
    /// <param name="profile">The profile: <c>WebhookProfile.Ttma with { Name = "acme", … }</c>. It is validated when the host starts.</param>
    public static IWebhookOutboxBuilder AddProfile(this IWebhookOutboxBuilder builder, WebhookProfile profile)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(profile);
        builder.Services.AddSingleton(new AddedProfile(profile));
        return builder;
    }

    /// <summary>Adds a probe that looks for artifacts that nobody announces.</summary>
    /// <typeparam name="TProbe">The probe; a singleton.</typeparam>
    public static IWebhookOutboxBuilder AddArtifactProbe<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TProbe>(
        this IWebhookOutboxBuilder builder)
        where TProbe : class, IArtifactProbe
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IArtifactProbe, TProbe>());
        return builder;
    }

    /// <summary>Adds a handler that hears of what goes wrong with endpoints and deliveries, in this process.</summary>
    /// <typeparam name="THandler">The handler; a singleton.</typeparam>
    public static IWebhookOutboxBuilder AddNoticeHandler<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        this IWebhookOutboxBuilder builder)
        where THandler : class, IWebhookNoticeHandler
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IWebhookNoticeHandler, THandler>());
        return builder;
    }

    /// <summary>
    /// Puts resilience strategies (a limiter, a timeout, telemetry) around each HTTP attempt. A retry or hedging strategy is no use here: the
    /// outbox counts and stores its attempts, and a second request within one attempt is refused.
    /// </summary>
    /// <param name="builder">The outbox.</param>
    /// <param name="configure">Adds strategies to the pipeline; called once, when the first delivery is sent.</param>
    public static IWebhookOutboxBuilder ConfigureAttempt(
        this IWebhookOutboxBuilder builder, Action<ResiliencePipelineBuilder<HttpResponseMessage>> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.AddSingleton(new AttemptPipelineConfiguration(configure));
        return builder;
    }

    /// <summary>
    /// Encrypts endpoint secrets at rest with AES-256-GCM, each bound to its tenant and endpoint. To rotate the key, put the new one first and
    /// keep the old one behind it until every secret has been written again.
    /// </summary>
    /// <param name="builder">The outbox.</param>
    /// <param name="base64Keys">Keys of 32 bytes in base64 (<c>openssl rand -base64 32</c>), from configuration. The first encrypts, all decrypt.</param>
    /// <exception cref="ArgumentException">There is no key, or one is not 32 bytes of base64. The message never holds the key.</exception>
    public static IWebhookOutboxBuilder ProtectSecrets(this IWebhookOutboxBuilder builder, params string[] base64Keys)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(base64Keys);
        if (base64Keys.Length == 0)
        {
            throw new ArgumentException("ProtectSecrets needs at least one key. Make one with: openssl rand -base64 32.", nameof(base64Keys));
        }

        byte[][] keys = [.. base64Keys.Select(ReadKey)];
        builder.Services.AddSingleton<ISecretProtector>(provider => new AesGcmSecretProtector(keys, provider.GetRequiredService<IRandomSource>()));
        return builder;
    }

    /// <summary>
    /// Says that endpoint secrets are to be stored as plain text: whoever can read the database can then forge webhooks. Without this and
    /// without <see cref="ProtectSecrets"/> a host starts in Development only.
    /// </summary>
    public static IWebhookOutboxBuilder StoreSecretsInPlainText(this IWebhookOutboxBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<PlainTextSecretsChosen>();
        return builder;
    }

    private static byte[] ReadKey(string base64Key, int index)
    {
        var key = new byte[AesGcmSecretProtector.KeySize + 1];
        return Convert.TryFromBase64String(base64Key ?? "", key, out var size) && size == AesGcmSecretProtector.KeySize
            ? key[..size]
            : throw new ArgumentException(
                $"Key {index + 1} given to ProtectSecrets is not {AesGcmSecretProtector.KeySize} bytes in base64. Make one with: openssl rand -base64 32.", nameof(base64Key));
    }
}
