using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Outbox.Deliveries;
using Outbox.EndToEnd.Tests;
using Polly;

namespace Outbox.Http.Resilience.Tests;

public sealed class AttemptTests : IAsyncLifetime
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Receiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _receiver = await Receiver.StartAsync();
        _receiver.Answer("/slow", HoldAsync);
    }

    public async Task DisposeAsync()
    {
        _release.TrySetResult();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task A_concurrency_limiter_for_all_rejects_what_is_too_much_and_the_outbox_tries_again()
    {
        await using var platform = await StartAsync(outbox => outbox.UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(permitLimit: 1)));
        await platform.ListenAsync(_receiver.Url("/slow"), scope: "+100");
        await platform.ListenAsync(_receiver.Url("/quick"), scope: "+200");

        var slow = await EnqueueAsync(platform, "+100");
        await _receiver.NextAsync();
        var quick = await EnqueueAsync(platform, "+200");
        await platform.UntilAsync(quick, delivery => delivery.AttemptLog is [{ Error: "pipeline" }, ..]);
        _release.SetResult();

        await platform.UntilAsync(slow, DeliveryStatus.Delivered);
        await platform.UntilAsync(quick, DeliveryStatus.Delivered);
        Assert.Equal(2, _receiver.All.Count);
    }

    [Fact]
    public async Task Each_endpoint_has_a_limiter_of_its_own_where_that_is_asked_for()
    {
        await using var platform = await StartAsync(
            outbox => outbox.UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(permitLimit: 1), perEndpoint: true));
        await platform.ListenAsync(_receiver.Url("/slow"), scope: "+100");
        await platform.ListenAsync(_receiver.Url("/quick"), scope: "+200");

        await EnqueueAsync(platform, "+100");
        await _receiver.NextAsync();
        var second = await EnqueueAsync(platform, "+100");
        await platform.UntilAsync(second, delivery => delivery.AttemptLog is [{ Error: "pipeline" }, ..]);
        var other = await platform.UntilAsync(await EnqueueAsync(platform, "+200"), DeliveryStatus.Delivered);

        Assert.Single(other.AttemptLog);
    }

    [Fact]
    public async Task An_attempts_timeout_ends_it_before_the_profiles()
    {
        await using var platform = await StartAsync(
            outbox => outbox.UseHttpResilience(attempt => attempt.AddTimeout(TimeSpan.FromMilliseconds(50))));
        await platform.ListenAsync(_receiver.Url("/slow"));

        var delivery = await platform.UntilAsync(await EnqueueAsync(platform, "+100"), delivery => delivery.AttemptLog.Count > 0);

        Assert.Equal("timeout", delivery.AttemptLog[0].Error);
        Assert.True(delivery.AttemptLog[0].Duration < Platform.Quick.Timeout / 2);
    }

    [Fact]
    public async Task An_answer_that_asks_for_another_try_is_tried_again_by_the_outbox_and_counted()
    {
        await using var platform = await StartAsync(outbox => outbox
            .UseHttpResilience(attempt => attempt.AddTimeout(TimeSpan.FromSeconds(5)))
            .UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(permitLimit: 4), perEndpoint: true));
        await platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 503, 200);

        var delivery = await platform.UntilAsync(await EnqueueAsync(platform, "+100"), DeliveryStatus.Delivered);

        Assert.Equal([503, 200], delivery.AttemptLog.Select(attempt => attempt.StatusCode));
        Assert.Equal(2, _receiver.All.Count);
    }

    [Fact]
    public async Task A_retrying_handler_that_went_around_the_check_sends_nothing_twice()
    {
        await using var platform = await StartAsync(outbox => outbox.HttpClient.AddStandardResilienceHandler(
            options => options.Retry.Delay = TimeSpan.Zero));
        await platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 503);

        var delivery = await platform.UntilAsync(await EnqueueAsync(platform, "+100"), DeliveryStatus.Exhausted);

        Assert.Equal(delivery.AttemptLog.Count, _receiver.All.Count);
        Assert.All(delivery.AttemptLog, attempt => Assert.Equal("pipeline", attempt.Error));
        Assert.Contains("the profile's retry schedule", delivery.AttemptLog[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_goes_through_the_pipeline_of_its_receiver()
    {
        await using var platform = await StartAsync(
            outbox => outbox.UseHttpResilience(attempt => attempt.AddConcurrencyLimiter(permitLimit: 1), perEndpoint: true));
        var caller = platform.Services.GetRequiredService<IWebhookCaller>();
        WebhookCall Call(string path) => new()
        {
            Url = _receiver.Url(path),
            Profile = "quick",
            Secret = Platform.Secret,
            Event = new WebhookEvent("function.call", new { name = "find_slot" }),
        };

        var slow = caller.InvokeAsync(Call("/slow"));
        await _receiver.NextAsync();
        var rejected = await caller.InvokeAsync(Call("/quick"));
        _release.SetResult();

        Assert.Equal("pipeline", rejected.Error);
        Assert.True((await slow).IsSuccess);
    }

    private static Task<Platform> StartAsync(Action<IWebhookOutboxBuilder> build) => Platform.StartAsync(build: build);

    private static async Task<string> EnqueueAsync(Platform platform, string number)
    {
        var result = await platform.Outbox.EnqueueInOwnTransactionAsync(new WebhookEvent("call.ended", new { number }) { Scopes = [number] });
        return result.DeliveryIds.Single();
    }

    private Task HoldAsync(HttpContext context) => _release.Task.WaitAsync(context.RequestAborted);
}
