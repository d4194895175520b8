using System.Net;

namespace Outbox.AspNetCore.Tests;

public sealed class DashboardFileTests
{
    [Fact]
    public async Task The_page_comes_with_headers_that_allow_its_own_files_and_nothing_else()
    {
        await using var host = await ManagementHost.StartAsync();

        using var page = await host.As().Http.GetAsync(new Uri("/outbox/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal(["nosniff"], page.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["no-referrer"], page.Headers.GetValues("Referrer-Policy"));
    }

    [Fact]
    public async Task Without_the_slash_it_redirects_because_the_page_names_its_files_relatively()
    {
        await using var host = await ManagementHost.StartAsync();

        using var answer = await host.As().Http.GetAsync(new Uri("/outbox?x=1", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("/outbox/?x=1", answer.Headers.Location?.ToString());
    }

    [Theory]
    [InlineData("/outbox/nothing.js")]
    [InlineData("/outbox/../appsettings.json")]
    [InlineData("/outbox/%2e%2e/%2e%2e/etc/passwd")]
    public async Task What_is_no_file_of_the_dashboard_is_not_there(string path)
    {
        await using var host = await ManagementHost.StartAsync();

        using var answer = await host.As().Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Without_a_login_not_even_the_page_is_shown()
    {
        await using var host = await ManagementHost.StartAsync();

        using var answer = await host.As(user: null).Http.GetAsync(new Uri("/outbox/", UriKind.Relative));

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
