using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Outbox.Storage;

namespace Outbox.Tests.Diagnostics;

public sealed class HealthCheckTests : IAsyncLifetime
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    private HealthCheckedHost _host = null!;

    public Task InitializeAsync()
    {
        _host = HealthCheckedHost.New();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_loop_that_turns_is_healthy_for_hours_and_the_counts_are_data()
    {
        await _host.StartAsync();
        for (var i = 0; i < 300; i++)
        {
            _host.Clock.Advance(Idle);
            _host.Wake();
            await _host.NextClaimAsync();
        }

        var health = await _host.CheckAsync();

        Assert.Equal((HealthStatus.Healthy, "dispatching"), (health.Status, health.Data["dispatcher"]));
        Assert.Equal((5L, 1L, 2L, 3L, 4L), (health.Data["waiting"], health.Data["delivering"], health.Data["parked"], health.Data["exhausted"], health.Data["disabledEndpoints"]));
        Assert.Equal(0.0, health.Data["oldestDueSeconds"]);
    }

    [Fact]
    public async Task A_loop_that_does_not_come_back_from_its_claim_is_dead()
    {
        _host.Claim = () => new ValueTask<ClaimResult>(_host.Hanging.Task);
        await _host.StartAsync();
        await _host.NextClaimAsync();
        Assert.Equal(HealthStatus.Healthy, (await _host.CheckAsync()).Status);

        _host.Clock.Advance(TimeSpan.FromMinutes(3));

        var health = await _host.CheckAsync();
        Assert.Equal(HealthStatus.Unhealthy, health.Status);
        Assert.Contains("has not turned", health.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_that_fail_again_and_again_degrade_it_until_one_succeeds()
    {
        _host.Claim = () => throw new InvalidOperationException("disk full");
        await _host.StartAsync();

        var health = await _host.UntilAsync(HealthStatus.Degraded);
        Assert.Contains("could not claim", health.Description, StringComparison.Ordinal);

        _host.Claim = () => new ValueTask<ClaimResult>(ClaimResult.Nothing);
        await _host.UntilAsync(HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_database_that_does_not_answer_degrades_it_and_is_no_reason_to_restart()
    {
        await _host.StartAsync();
        _host.Backlog = () => throw new InvalidOperationException("away");

        var health = await _host.CheckAsync();

        Assert.Equal((HealthStatus.Degraded, "away"), (health.Status, health.Exception?.Message));
    }

    [Theory]
    [InlineData(null, HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Degraded, HealthStatus.Degraded)]
    public async Task A_secret_whose_key_is_lost_fails_it_as_the_host_says_until_the_key_is_back(HealthStatus? failureStatus, HealthStatus expected)
    {
        var readable = new StoredEndpoint { Id = "ep_1", Scope = "all", Url = "https://receiver.example/", Profile = "standard", CreatedAt = DateTimeOffset.UnixEpoch };
        _host.Endpoints = [readable with { Secrets = new byte[] { 1, 2, 3 } }];
        _host.FailureStatus = failureStatus;
        await _host.StartAsync();

        var health = await _host.UntilAsync(expected);
        Assert.Equal(1, health.Data["unreadableSecrets"]);
        Assert.Contains("cannot be read", health.Description, StringComparison.Ordinal);

        _host.Endpoints = [readable];
        Assert.DoesNotContain("unreadableSecrets", (await _host.UntilAsync(HealthStatus.Healthy)).Data.Keys);
    }

    [Theory]
    [InlineData(119, HealthStatus.Healthy)]
    [InlineData(121, HealthStatus.Degraded)]
    public async Task What_has_been_due_for_longer_than_two_minutes_degrades_it(int seconds, HealthStatus expected)
    {
        await _host.StartAsync();
        _host.Backlog = () => HealthCheckedHost.Some with { OldestDue = TimeSpan.FromSeconds(seconds) };

        var health = await _host.CheckAsync();

        Assert.Equal((expected, (double)seconds), (health.Status, health.Data["oldestDueSeconds"]));
    }

    [Fact]
    public async Task A_process_that_only_enqueues_has_no_loop_that_could_be_dead()
    {
        _host.Dispatch = false;
        await _host.StartAsync();
        _host.Clock.Advance(TimeSpan.FromHours(1));

        var health = await _host.CheckAsync();

        Assert.Equal((HealthStatus.Healthy, "off"), (health.Status, health.Data["dispatcher"]));
    }

    [Fact]
    public async Task A_host_that_was_stopped_is_not_dead()
    {
        await _host.StartAsync();
        await _host.NextClaimAsync();
        await _host.StopAsync();
        _host.Clock.Advance(TimeSpan.FromHours(1));

        var health = await _host.CheckAsync();

        Assert.Equal((HealthStatus.Healthy, "stopped"), (health.Status, health.Data["dispatcher"]));
    }

    [Fact]
    public async Task A_process_that_waits_for_its_place_stands_by_and_is_well()
    {
        _host.HasPlace = false;
        await _host.StartAsync();

        await _host.UntilAsync(health => Equals(health.Data["dispatcher"], "standing by"));

        Assert.Equal(HealthStatus.Healthy, (await _host.CheckAsync()).Status);
    }

    [Fact]
    public async Task Without_an_outbox_the_check_names_what_is_missing()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddHealthChecks().AddWebhookOutbox();
        await using var provider = services.BuildServiceProvider();

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => provider.GetRequiredService<HealthCheckService>().CheckHealthAsync());

        Assert.Contains("services.AddWebhookOutbox()", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_nothing_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddHealthChecks().AddWebhookOutbox(oldestDue: TimeSpan.Zero));
}
