using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using MinimalApiHost.ApiKeys;

namespace MinimalApiHost.Dashboard;

/// <summary>
/// A login for the dashboard, where a browser cannot send a bearer header: an API key is traded for a cookie. A real platform has its own login;
/// what matters here is that the cookie is strict, and that the dashboard's API is answered 401 and not a page.
/// </summary>
internal static class DashboardLogin
{
    public const string Scheme = "dashboard";
    private const string Path = "/login";

    public static void AddDashboardLogin(this IServiceCollection services) =>
        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = "voice-dashboard";
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.ExpireTimeSpan = TimeSpan.FromHours(8);
            cookie.LoginPath = Path;
            cookie.Events.OnRedirectToLogin = context => Refuse(context, StatusCodes.Status401Unauthorized);
            cookie.Events.OnRedirectToAccessDenied = context => Refuse(context, StatusCodes.Status403Forbidden);
        });

    public static void MapDashboardLogin(this WebApplication app)
    {
        app.MapGet(Path, (HttpContext http, string? returnUrl) => Page(http, returnUrl, problem: null)).AllowAnonymous();

        app.MapPost(Path, async (HttpContext http, IReadOnlyList<ApiKey> keys) =>
        {
            var form = await http.Request.ReadFormAsync(http.RequestAborted);
            var (presented, returnUrl) = (form["key"].ToString().Trim(), form["returnUrl"].ToString());
            if (keys.FirstOrDefault(key => key.Is(presented)) is not { } key)
            {
                return Page(http, returnUrl, "There is no such key.");
            }

            var name = new Claim(ClaimTypes.Name, key.Tenant ?? (key.Scopes.Contains(ApiKey.MayCall) ? "operator" : "reader"));
            await http.SignInAsync(Scheme, new ClaimsPrincipal(new ClaimsIdentity(key.Claims().Append(name), Scheme)));
            return Results.LocalRedirect(IsLocal(returnUrl) ? returnUrl : key.Tenant is null ? "/outbox/" : "/portal/");
        }).AllowAnonymous().DisableAntiforgery();

        app.MapPost("/logout", async (HttpContext http) =>
        {
            await http.SignOutAsync(Scheme);
            return Results.LocalRedirect(Path);
        }).AllowAnonymous();
    }

    // A page is sent to the login; a script is told, because it cannot follow there.
    private static Task Refuse(RedirectContext<CookieAuthenticationOptions> context, int status)
    {
        if (status == StatusCodes.Status401Unauthorized && !context.Request.Path.Value!.Contains("/api/", StringComparison.Ordinal))
        {
            context.Response.Redirect(context.RedirectUri);
        }
        else
        {
            context.Response.StatusCode = status;
        }

        return Task.CompletedTask;
    }

    private static bool IsLocal(string? url) => url is ['/', not ('/' or '\\'), ..];

    private static IResult Page(HttpContext http, string? returnUrl, string? problem)
    {
        http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
        http.Response.Headers.CacheControl = "no-store";
        return Results.Content(
            $$"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>Sign in</title>
            <style>
              body { font: 16px/1.5 system-ui, sans-serif; display: grid; min-height: 90vh; place-items: center; }
              form { display: grid; gap: .75rem; width: min(22rem, 90vw); }
              input, button { font: inherit; padding: .5rem .75rem; }
              [role=alert] { color: #c22; }
            </style>
            <form method="post" action="{{Path}}">
              <h1>Voice platform</h1>
              <p role="alert">{{WebUtility.HtmlEncode(problem)}}</p>
              <label for="key">API key (in Development: <code>demo-key</code>)</label>
              <input id="key" name="key" type="password" autocomplete="off" autofocus required>
              <input name="returnUrl" type="hidden" value="{{WebUtility.HtmlEncode(returnUrl)}}">
              <button>Sign in</button>
            </form>
            </html>
            """,
            "text/html; charset=utf-8",
            statusCode: problem is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized);
    }
}
