using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Outbox.Deliveries;
using Outbox.Profiles;
using Outbox.Signing;
using Polly;

namespace Outbox.EndToEnd.Tests;

public sealed class DeliveryTests : IAsyncLifetime
{
    private Platform _platform = null!;
    private Receiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _platform = await Platform.StartAsync();
        _receiver = await Receiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _receiver.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task What_is_committed_arrives_and_verifies_under_every_profile()
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var profile in WebhookProfile.BuiltIn)
        {
            var given = profile.Secret.Requirement == SecretRequirement.Generated ? null : Platform.Secret;
            var registration = await _platform.ListenAsync(_receiver.Url("/" + profile.Name), profile.Name, secret: given);
            secrets[profile.Name] = given ?? registration.GeneratedSecret!;
        }

        var enqueued = await _platform.EndCallAsync("call_1");
        var received = await _receiver.NextAsync(WebhookProfile.BuiltIn.Count);

        Assert.Equal(WebhookProfile.BuiltIn.Count, enqueued.DeliveryIds.Count);
        foreach (var request in received)
        {
            var profile = WebhookProfile.BuiltIn.Single(p => "/" + p.Name == request.Path);
            var verification = new WebhookVerifier(profile, secrets[profile.Name]).Verify(request.Body, name => request.Headers.GetValueOrDefault(name));
            Assert.True(verification.IsValid, $"{profile.Name}: {verification.Reason}");
            Assert.Contains("\"duration\":2.5,\"said\":\"“Hi”, it’s Sol 😀\"", Encoding.UTF8.GetString(request.Body), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_is_rolled_back_sends_nothing()
    {
        await _platform.ListenAsync(_receiver.Url("/hook"));

        await _platform.EndCallAsync("call_rolled_back", commit: false);
        await _platform.EndCallAsync("call_2");

        Assert.Contains("call_2", Encoding.UTF8.GetString((await _receiver.NextAsync()).Body), StringComparison.Ordinal);
        Assert.Single(_receiver.All);
    }

    [Fact]
    public async Task A_failed_try_is_repeated_with_the_same_bytes()
    {
        await _platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 500, 503, 200);

        var enqueued = await _platform.EndCallAsync("call_1");
        var received = await _receiver.NextAsync(3);
        var delivery = await _platform.UntilAsync(enqueued.DeliveryIds.Single(), DeliveryStatus.Delivered);

        Assert.All(received, request => Assert.Equal(received[0].Body, request.Body));
        Assert.Equal([500, 503, 200], delivery.AttemptLog.Select(attempt => attempt.StatusCode));
        Assert.Equal([1, 2, 3], delivery.AttemptLog.Select(attempt => attempt.Number));
        Assert.Equal(enqueued.DeliveryIds.Single(), JsonDocument.Parse(received[0].Body).RootElement.GetProperty("deliveryId").GetString());
    }

    [Fact]
    public async Task When_all_tries_failed_it_is_exhausted_and_a_replay_sends_the_same_once_more()
    {
        await _platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 500, 500, 500, 200);

        var id = (await _platform.EndCallAsync("call_1")).DeliveryIds.Single();
        await _platform.UntilAsync(id, DeliveryStatus.Exhausted);
        var replayed = await _platform.Outbox.Deliveries.ReplayAsync(new DeliveryFilter { EventType = "call.ended" });
        var delivery = await _platform.UntilAsync(id, DeliveryStatus.Delivered);

        Assert.Equal(1, replayed);
        Assert.Equal(4, delivery.AttemptLog.Count);
        Assert.Single(_receiver.All.Select(request => Convert.ToHexString(request.Body)).Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Gone_parks_what_is_owed_and_enabling_lets_it_go_on_in_order()
    {
        var endpoint = (await _platform.ListenAsync(_receiver.Url("/hook"))).Endpoint;
        _receiver.Answer("/hook", 410, 200);

        var first = (await _platform.EndCallAsync("call_1")).DeliveryIds.Single();
        await _platform.UntilAsync(first, DeliveryStatus.Parked);
        var second = (await _platform.EndCallAsync("call_2")).DeliveryIds.Single();
        await _platform.UntilAsync(second, DeliveryStatus.Parked);
        var disabled = await _platform.Outbox.Endpoints.GetAsync(endpoint.Id);
        await _platform.Outbox.Endpoints.EnableAsync(endpoint.Id);

        Assert.Equal("gone", disabled!.DisabledReason);
        await _platform.UntilAsync(first, DeliveryStatus.Delivered);
        await _platform.UntilAsync(second, DeliveryStatus.Delivered);
    }

    [Fact]
    public async Task A_hanging_endpoint_does_not_delay_the_others()
    {
        // It hangs for longer than the test waits for the others.
        await using var platform = await Platform.StartAsync(
            configure: options => options.LeaseDuration = TimeSpan.FromMinutes(5),
            build: outbox => outbox.AddProfile(Platform.Quick with { Name = "patient", Timeout = TimeSpan.FromMinutes(1) }));
        using var hanging = new SemaphoreSlim(0);
        await platform.ListenAsync(_receiver.Url("/hangs"), "patient");
        _receiver.Answer("/hangs", context => hanging.WaitAsync(context.RequestAborted));
        for (var i = 0; i < 200; i++)
        {
            await platform.EndCallAsync($"stuck_{i}");
        }

        await platform.ListenAsync(_receiver.Url("/healthy"), scope: WebhookScope.Call("call_1"));
        var ids = (await platform.EndCallAsync("call_1")).DeliveryIds;

        await await Task.WhenAny(ids.Select(id => platform.UntilAsync(id, DeliveryStatus.Delivered)));
        Assert.InRange(_receiver.All.Count(request => request.Path == "/hangs"), 1, 8);
        hanging.Release(1000);
    }

    [Fact]
    public async Task Ordered_events_wait_for_the_one_before_them()
    {
        await _platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 500, 500, 200);

        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.AddRange((await _platform.EndCallAsync($"call_{i}", orderingKey: "one")).DeliveryIds);
        }

        await _platform.UntilAsync(ids[^1], DeliveryStatus.Delivered);
        var order = _receiver.All.Select(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("data").GetProperty("id").GetString());
        Assert.Equal(["call_0", "call_0", "call_0", "call_1", "call_2", "call_3", "call_4"], order);
    }

    [Fact]
    public async Task After_a_rotation_both_secrets_verify_until_the_overlap_is_over()
    {
        var endpoint = (await _platform.ListenAsync(_receiver.Url("/hook"))).Endpoint;
        const string NewSecret = "another-signing-secret-of-at-least-32-characters";

        var rotated = await _platform.Outbox.Endpoints.RotateSecretAsync(endpoint.Id, NewSecret);
        await _platform.EndCallAsync("call_1");
        var request = await _receiver.NextAsync();

        Assert.Equal("ters", rotated!.Endpoint.SecretHint);
        foreach (var secret in (string[])[Platform.Secret, NewSecret])
        {
            Assert.True(new WebhookVerifier(Platform.Quick, secret).Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid);
        }
    }

    [Fact]
    public async Task After_the_overlap_only_the_new_secret_verifies()
    {
        var endpoint = (await _platform.ListenAsync(_receiver.Url("/hook"))).Endpoint;
        const string NewSecret = "another-signing-secret-of-at-least-32-characters";

        var rotated = await _platform.Outbox.Endpoints.RotateSecretAsync(endpoint.Id, NewSecret, overlap: TimeSpan.Zero);
        await _platform.EndCallAsync("call_1");
        var request = await _receiver.NextAsync();

        Assert.Null(rotated!.Endpoint.PreviousSecretUntil);
        Assert.True(new WebhookVerifier(Platform.Quick, NewSecret).Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid);
        Assert.False(new WebhookVerifier(Platform.Quick, Platform.Secret).Verify(request.Body, name => request.Headers.GetValueOrDefault(name)).IsValid);
    }

    [Fact]
    public async Task An_events_own_headers_arrive_with_it()
    {
        await _platform.ListenAsync(_receiver.Url("/hook"));

        await _platform.Outbox.EnqueueInOwnTransactionAsync(
            new WebhookEvent("call.ended", new { id = "call_1" }) { Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["X-Acme-Region"] = "eu \"1\"" } });

        Assert.Equal("eu \"1\"", (await _receiver.NextAsync()).Headers["X-Acme-Region"]);
    }

    [Fact]
    public async Task The_hosts_own_strategies_stand_around_each_attempt()
    {
        var attempts = new ConcurrentQueue<Uri>();
        await using var platform = await Platform.StartAsync(build: outbox => outbox.ConfigureAttempt(
            pipeline => pipeline.AddStrategy(_ => new Watching(attempts), new WatchingOptions())));
        await platform.ListenAsync(_receiver.Url("/hook"));
        _receiver.Answer("/hook", 500, 200);

        await platform.UntilAsync((await platform.EndCallAsync("call_1")).DeliveryIds.Single(), DeliveryStatus.Delivered);

        Assert.Equal(2, attempts.Count);
    }

    [Fact]
    public async Task What_is_past_its_retention_is_deleted_by_the_host()
    {
        await using var platform = await Platform.StartAsync(configure: options =>
        {
            options.Retention.KeepDelivered = TimeSpan.Zero;
            options.Retention.Interval = TimeSpan.FromSeconds(1);
        });
        await platform.ListenAsync(_receiver.Url("/hook"));

        var id = (await platform.EndCallAsync("call_1")).DeliveryIds.Single();
        await _receiver.NextAsync();

        await platform.UntilAsync(async () => await platform.Outbox.Deliveries.GetAsync(id) is null);
    }

    [Fact]
    public async Task A_repeated_enqueue_with_the_same_idempotency_key_sends_once()
    {
        await _platform.ListenAsync(_receiver.Url("/hook"));
        WebhookEvent Event() => new("call.ended", new { id = "call_1" }) { IdempotencyKey = "call_1/ended" };

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _platform.Outbox.EnqueueInOwnTransactionAsync(Event())));
        await _platform.UntilAsync(results[0].DeliveryIds.Single(), DeliveryStatus.Delivered);

        Assert.Single(results.Select(result => result.EventId).Distinct(StringComparer.Ordinal));
        Assert.Equal(7, results.Count(result => result.IsDuplicate));
        Assert.Single(_receiver.All);
    }

    private sealed class WatchingOptions : ResilienceStrategyOptions;

    private sealed class Watching(ConcurrentQueue<Uri> attempts) : ResilienceStrategy<HttpResponseMessage>
    {
        protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback, ResilienceContext context, TState state)
        {
            var outcome = await callback(context, state);
            attempts.Enqueue(outcome.Result!.RequestMessage!.RequestUri!);
            return outcome;
        }
    }
}
