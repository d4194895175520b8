using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Outbox.Http.Resilience;
using Polly;

#pragma warning disable IDE0130 // In the namespace that whoever calls AddWebhookOutbox has imported already.
namespace Outbox;

/// <summary>Puts Microsoft.Extensions.Http.Resilience around the attempts.</summary>
public static class HttpResilienceBuilderExtensions
{
    /// <summary>
    /// Puts strategies around each HTTP attempt: a concurrency limiter, a timeout, a circuit breaker of your own. An attempt that they reject, or end, is a
    /// failed try like any other. Polly's metrics of it have <c>request.dependency.name</c> <c>webhooks</c> and the profile as <c>request.name</c>.
    /// </summary>
    /// <param name="builder">The outbox.</param>
    /// <param name="configure">
    /// Adds the strategies, the outermost first. Called now, to look at what it adds, and again when the first request is sent; with
    /// <paramref name="perEndpoint"/> for each endpoint. What endpoints are to share, such as a limiter, is made outside of it.
    /// </param>
    /// <param name="perEndpoint">
    /// Whether each endpoint has a pipeline of its own, as long as the process lives, whose id is <c>pipeline.instance</c> in Polly's metrics. Default:
    /// false, one for all. Both may be used; the one that was added first is the outer one.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// A retry or hedging strategy is among them, or a pipeline that cannot be looked into, or there are strategies of this kind already.
    /// </exception>
    public static IWebhookOutboxBuilder UseHttpResilience(
        this IWebhookOutboxBuilder builder, Action<ResiliencePipelineBuilder<HttpResponseMessage>> configure, bool perEndpoint = false)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        RepeatedSends.Refuse(configure);
        var name = perEndpoint ? "webhooks-per-endpoint" : "webhooks";
        RefuseSecond(builder.Services, name, perEndpoint);

        builder.Services.AddResilienceEnricher();
        builder.HttpClient.AddHttpMessageHandler(() => new NamingHandler());
        var pipeline = builder.HttpClient.AddResilienceHandler(name, (strategies, context) =>
        {
            strategies.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
            configure(strategies);
        });
        if (perEndpoint)
        {
            pipeline.SelectPipelineBy(_ => EndpointOf);
        }

        return builder;
    }

    // A call by IWebhookCaller has no endpoint; its receiver is the nearest thing to one.
    private static string EndpointOf(HttpRequestMessage request) =>
        request.Options.TryGetValue(WebhookRequestOptions.EndpointId, out var id) && id is not null ? id : request.RequestUri!.Authority;

    private static void RefuseSecond(IServiceCollection services, string name, bool perEndpoint)
    {
        var used = new UsedPipeline(name);
        if (services.Any(service => used.Equals(service.ImplementationInstance)))
        {
            throw new InvalidOperationException(
                $"UseHttpResilience was called twice{(perEndpoint ? " with perEndpoint" : "")}: add all the strategies in one call.");
        }

        services.AddSingleton(used);
    }

    private sealed record UsedPipeline(string Name);
}
