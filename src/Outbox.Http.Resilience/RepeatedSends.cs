using Polly;
using Polly.Hedging;
using Polly.Retry;
using Polly.Testing;

namespace Outbox.Http.Resilience;

/// <summary>Refuses strategies that would send an attempt more than once.</summary>
internal static class RepeatedSends
{
    /// <summary>Looks at the strategies before a host is built with them.</summary>
    /// <exception cref="InvalidOperationException">One of them retries or hedges.</exception>
    public static void Refuse(Action<ResiliencePipelineBuilder<HttpResponseMessage>> configure)
    {
        foreach (var strategy in StrategiesOf(configure))
        {
            if (KindOf(strategy.Options) is { } kind)
            {
                throw new InvalidOperationException(
                    $"UseHttpResilience was given a {kind} strategy ('{strategy.Options!.Name}'), which would send more than one request within one attempt. "
                    + "The outbox counts and stores its attempts: remove the strategy, and set the profile's retry schedule instead (WebhookProfile.Retries).");
            }
        }
    }

    private static IReadOnlyList<ResilienceStrategyDescriptor> StrategiesOf(Action<ResiliencePipelineBuilder<HttpResponseMessage>> configure)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage>();
        configure(builder);
        try
        {
            return builder.Build().GetPipelineDescriptor().Strategies;
        }
        catch (InvalidCastException e)
        {
            // Polly describes no strategy that reacts to results without knowing their type.
            throw new InvalidOperationException(
                "UseHttpResilience was given a pipeline that was built without a result type, so it cannot be seen whether it retries or hedges: "
                + "build it with ResiliencePipelineBuilder<HttpResponseMessage>, or add its strategies here.",
                e);
        }
    }

    private static string? KindOf(ResilienceStrategyOptions? options) => options switch
    {
        RetryStrategyOptions<HttpResponseMessage> => "retry",
        HedgingStrategyOptions<HttpResponseMessage> => "hedging",
        _ => null,
    };
}
