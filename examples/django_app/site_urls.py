"""The admin, and the page of each commentary: its landing page."""

from commentaries.views import landing_page
from django.contrib import admin
from django.urls import path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("comment-<slug:number>/", landing_page, name="landing-page"),
]
