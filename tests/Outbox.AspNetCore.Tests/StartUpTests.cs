using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace Outbox.AspNetCore.Tests;

public sealed class StartUpTests
{
    [Fact]
    public async Task Outside_Development_a_mapping_without_authorization_stops_the_start()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ManagementHost.StartAsync(Environments.Production, app => app.MapWebhookOutbox("/outbox")));

        Assert.Contains("MapWebhookOutbox(\"/outbox\") has no authorization", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_mapping_without_authorization_stops_the_start_too()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => ManagementHost.StartAsync(Environments.Production, app =>
            {
                app.MapWebhookOutbox("/outbox").RequireAuthorization();
                app.MapWebhookOutbox("/open");
            }));

        Assert.Contains("\"/open\"", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Production", true)]
    [InlineData("Staging", false)]
    public async Task With_authorization_or_with_an_explicit_AllowAnonymous_it_starts(string environment, bool authorize)
    {
        await using var host = await ManagementHost.StartAsync(environment, app =>
        {
            var group = app.MapWebhookOutbox("/outbox");
            _ = authorize ? group.RequireAuthorization() : group.AllowAnonymous();
        });

        (await host.As(user: null).GetAsync("session")).Is(authorize ? HttpStatusCode.Unauthorized : HttpStatusCode.OK);
    }

    [Fact]
    public async Task In_Development_it_starts_without()
    {
        await using var host = await ManagementHost.StartAsync(Environments.Development, app => app.MapWebhookOutbox("/outbox"));

        (await host.As(user: null).GetAsync("session")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_group_around_it_may_carry_the_authorization()
    {
        await using var host = await ManagementHost.StartAsync(
            Environments.Production, app => app.MapGroup("/back-office").RequireAuthorization().MapWebhookOutbox("/outbox"));

        (await host.As(user: null, prefix: "/back-office/outbox").GetAsync("session")).Is(HttpStatusCode.Unauthorized);
        (await host.As(prefix: "/back-office/outbox").GetAsync("session")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_group_around_it_without_authorization_stops_the_start_too()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => ManagementHost.StartAsync(Environments.Production, app => app.MapGroup("/back-office").MapWebhookOutbox("/outbox")));
    }

    [Fact]
    public async Task A_host_without_an_outbox_is_told_what_to_call()
    {
        await using var app = WebApplication.CreateBuilder().Build();

        var refused = Assert.Throws<InvalidOperationException>(() => app.MapWebhookOutbox("/outbox"));

        Assert.Contains("AddWebhookOutbox()", refused.Message, StringComparison.Ordinal);
    }
}
