using Microsoft.AspNetCore.Http;
using MinimalApiHost.Demo;
using Outbox.Profiles;

namespace MinimalApiHost.Tests;

/// <summary>The demo proves something only if it can fail.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task The_demo_fails_and_says_why_where_a_customer_did_not_get_what_it_should()
    {
        var lines = new StringWriter();

        var exitCode = await DemoRun.PlayAsync([], verbose: false, new Timeline(lines, colours: false, TimeProvider.System), CustomerOf);

        Assert.Equal(1, exitCode);
        Assert.Contains("truedy, scene 3: expected requests answered 200, got none.", lines.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("talkifai, scene 3:", lines.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Every receiver verified exactly", lines.ToString(), StringComparison.Ordinal);
    }

    private static Customer CustomerOf(WebhookProfile profile, IReadOnlyList<Scene> scenes, Timeline timeline) =>
        profile.Name is "truedy" ? new Forgetful(profile, scenes, timeline) : new Customer(profile, scenes, timeline);

    /// <summary>Answers 200 to the call that failed, and loses it.</summary>
    private sealed class Forgetful(WebhookProfile profile, IReadOnlyList<Scene> scenes, Timeline timeline) : Customer(profile, scenes, timeline)
    {
        public override async Task<IResult> ReceiveAsync(HttpRequest request)
        {
            request.EnableBuffering();
            using var reader = new StreamReader(request.Body, leaveOpen: true);
            var body = await reader.ReadToEndAsync();
            request.Body.Position = 0;
            return body.Contains("call_failed", StringComparison.Ordinal) ? Results.Ok() : await base.ReceiveAsync(request);
        }
    }
}
