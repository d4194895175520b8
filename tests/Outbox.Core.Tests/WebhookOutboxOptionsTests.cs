using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Outbox.Profiles;

namespace Outbox.Tests;

public sealed class WebhookOutboxOptionsTests
{
    [Fact]
    public void The_defaults_are_valid() => Assert.Empty(Problems(_ => { }));

    [Fact]
    public void A_lease_too_short_for_an_attempt_is_refused_with_both_values()
    {
        var problem = Assert.Single(Problems(options => options.LeaseDuration = TimeSpan.FromSeconds(20)));

        Assert.Contains("00:00:20", problem, StringComparison.Ordinal);
        Assert.Contains("00:00:34", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_profile_of_the_hosts_own_counts_for_the_lease_and_is_validated()
    {
        var slow = WebhookProfile.Ttma with { Name = "slow", Timeout = TimeSpan.FromSeconds(50) };

        Assert.Contains("'slow'", Assert.Single(Problems(_ => { }, slow)), StringComparison.Ordinal);
        Assert.NotEmpty(Problems(_ => { }, WebhookProfile.Ttma with { Name = "Bad Name" }));
    }

    [Fact]
    public void A_limit_per_endpoint_above_the_limit_for_all_is_refused_with_both_values()
    {
        var problem = Assert.Single(Problems(options => (options.MaxInFlight, options.MaxInFlightPerEndpoint) = (4, 8)));

        Assert.Contains("MaxInFlightPerEndpoint is 8", problem, StringComparison.Ordinal);
        Assert.Contains("MaxInFlight, which is 4", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_receivers_are_for_Development_unless_said_twice()
    {
        Assert.Contains("Production", Assert.Single(Problems(options => options.Sending.AllowLocalReceivers = true)), StringComparison.Ordinal);
        Assert.Empty(Problems(options => options.Sending.AllowLocalReceivers = options.Sending.AllowLocalReceiversOutsideDevelopment = true));
        Assert.Empty(Problems(options => options.Sending.AllowLocalReceivers = true, environment: Environments.Development));
    }

    [Fact]
    public async Task A_host_without_a_store_does_not_start_and_is_told_to_choose_one()
    {
        var services = new ServiceCollection();
        services.AddWebhookOutbox();
        await using var provider = services.BuildServiceProvider();

        var refusal = Assert.Throws<InvalidOperationException>(() => provider.GetServices<IHostedService>().ToList());

        Assert.Contains(".UseSqlite(", refusal.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Problems(
        Action<WebhookOutboxOptions> configure, WebhookProfile? profile = null, string environment = "Production")
    {
        var options = new WebhookOutboxOptions();
        configure(options);
        var host = NSubstitute.Substitute.For<IHostEnvironment>();
        host.EnvironmentName = environment;
        var validator = new WebhookOutboxOptionsValidator(profile is null ? [] : [new AddedProfile(profile)], host);
        return validator.Validate(Options.DefaultName, options).Failures ?? [];
    }
}
