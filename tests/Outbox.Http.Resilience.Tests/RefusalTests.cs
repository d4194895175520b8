using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;
using Polly.Retry;

namespace Outbox.Http.Resilience.Tests;

public sealed class RefusalTests
{
    private readonly IWebhookOutboxBuilder _outbox = new ServiceCollection().AddWebhookOutbox();

    [Fact]
    public void A_retry_strategy_is_refused_where_it_is_added() =>
        Refuses("retry strategy ('mine')", attempt => attempt.AddTimeout(TimeSpan.FromSeconds(5)).AddRetry(new HttpRetryStrategyOptions { Name = "mine" }));

    [Fact]
    public void A_hedging_strategy_is_refused_where_it_is_added() =>
        Refuses("hedging strategy", attempt => attempt.AddHedging(new HttpHedgingStrategyOptions()));

    [Fact]
    public void A_retry_strategy_within_another_pipeline_is_refused() =>
        Refuses("retry strategy", attempt => attempt.AddPipeline(new ResiliencePipelineBuilder<HttpResponseMessage>().AddRetry(new()).Build()));

    [Fact]
    public void A_pipeline_that_cannot_be_looked_into_is_refused_and_one_that_can_is_not()
    {
        var refusal = Assert.Throws<InvalidOperationException>(
            () => _outbox.UseHttpResilience(attempt => attempt.AddPipeline(new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions()).Build())));
        _outbox.UseHttpResilience(attempt => attempt.AddPipeline(new ResiliencePipelineBuilder().AddTimeout(TimeSpan.FromSeconds(5)).Build()));

        Assert.Contains("ResiliencePipelineBuilder<HttpResponseMessage>", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_pipeline_of_the_same_kind_is_refused()
    {
        _outbox.UseHttpResilience(attempt => attempt.AddTimeout(TimeSpan.FromSeconds(5)));
        _outbox.UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(1), perEndpoint: true);

        var refusal = Assert.Throws<InvalidOperationException>(() => _outbox.UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(1), perEndpoint: true));

        Assert.Contains("twice with perEndpoint", refusal.Message, StringComparison.Ordinal);
    }

    private void Refuses(string kind, Action<ResiliencePipelineBuilder<HttpResponseMessage>> configure)
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => _outbox.UseHttpResilience(configure));

        Assert.Contains(kind, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("WebhookProfile.Retries", refusal.Message, StringComparison.Ordinal);
    }
}
